// SPDX-License-Identifier: GPL-3.0-or-later
import {waitFor} from '../harness/deadline.js';
import {Panel, screenshotPath} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

const RUNNING = 1;

/** Names and titles that want to be something else. libvirt takes no newline in a name or title, and no slash in a name. */
const HOSTILE: readonly {name: string; title?: string; shown: string}[] = [
    {name: '<b>bold & <i>"it\'s"', shown: '<b>bold & <i>"it\'s"'},
    {name: '--help', shown: '--help'},
    {
        name: '🦊🐧 \u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
        shown: '🦊🐧 \u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
    },
    {name: 'مكنة ויندوز', shown: 'مكنة ויندوز'},
    {name: 'override\u202Egnp.exe', shown: 'overridegnp.exe'},
    {name: 'long', title: 'x'.repeat(10_000), shown: `${'x'.repeat(79)}…`},
    {name: 'tab\tbed', shown: 'tab bed'},
    {name: '%s %d %n {name}', shown: '%s %d %n {name}'},
];

describe('names that are hostile', () => {
    const libvirt = new TestDriver();
    let panel: Panel;

    beforeAll(async () => {
        panel = await Panel.start();
        await libvirt
            .undefine('test')
            .catch(() => libvirt.destroy('test').then(() => libvirt.undefine('test')));
    });

    afterAll(() => panel.stop());

    for (const {name, title, shown} of HOSTILE) {
        it(`are shown as text: ${shown.slice(0, 20)}`, async () => {
            await libvirt.define(machineXml(name, title === undefined ? {} : {title}));
            await panel.open();
            await panel.waitForState(shown, 'Off');
            await panel.shell.clickActor(Panel.button(Panel.row(shown), '\u2068Start'));
            await waitFor('running', async () => (await libvirt.state(name)) === RUNNING);
            await panel.waitForState(shown, 'Running');
            await panel.shell.screenshot(
                screenshotPath(`hostile-${HOSTILE.findIndex(one => one.name === name)}`),
            );
            await panel.close();
            await libvirt.destroy(name);
            const [notification] = await waitFor('a notification', async () => {
                const all = await panel.shell.notifications();
                return all.length === 1 && all[0]?.title.includes('stopped') ? all : null;
            });
            expect(notification?.title.length).toBeLessThan(160);
            await panel.shell.dismissNotifications();
            await libvirt.undefine(name);
            expect(panel.shell.faults()).toEqual([]);
        });
    }
});

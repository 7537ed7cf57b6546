// SPDX-License-Identifier: GPL-3.0-or-later
import {pause} from '../harness/deadline.js';
import {Panel, screenshotPath} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

/** Each look: its name, the colour scheme, and whether contrast is high. */
const LOOKS: readonly (readonly [string, string, boolean])[] = [
    ['dark', 'prefer-dark', false],
    ['light', 'prefer-light', false],
    ['high-contrast', 'prefer-dark', true],
];

describe('the look of the panel', () => {
    const libvirt = new TestDriver();
    let panel: Panel;

    beforeAll(async () => {
        panel = await Panel.start({'quick-settings-toggle': 'true', 'chosen-machine': "'test/windows-11'"});
        await libvirt.define(machineXml('windows-11', {title: 'Windows 11'}));
        await libvirt.define(machineXml('alpine-appliance'));
        await libvirt.define(machineXml('build-server'));
        await libvirt.define(
            machineXml('a-machine-with-a-name-that-is-much-longer-than-any-menu-is-wide-and-goes-on'),
        );
        await libvirt.start('build-server');
        await panel.shell.waitFor(`${Panel.indicator}.get_first_child().gicon !== null`);
    });

    afterAll(() => panel.stop());

    for (const [name, scheme, contrast] of LOOKS) {
        it(`is kept as a picture: ${name}`, async () => {
            await panel.shell.eval(`
                new Gio.Settings({schema_id: 'org.gnome.desktop.interface'}).set_string('color-scheme', '${scheme}');
                new Gio.Settings({schema_id: 'org.gnome.desktop.a11y.interface'}).set_boolean('high-contrast', ${contrast});
                null`);
            // A new theme moves things in the panel.
            await pause(500);
            await panel.shell.dismissNotifications();
            await panel.open();
            await panel.waitForState('Windows 11', 'Off');
            await pause(300);
            await panel.shell.screenshot(screenshotPath(`menu-${name}`));

            await panel.shell.eval(`${Panel.row('build-server')}.menu.open(); null`);
            await pause(300);
            await panel.shell.screenshot(screenshotPath(`submenu-${name}`));
            await panel.shell.clickActor(
                `${Panel.row('build-server')}.menu._getMenuItems().find(item => item.label?.text.startsWith('Force off'))`,
            );
            await panel.shell.waitFor('Main.modalCount > 0');
            await pause(300);
            await panel.shell.screenshot(screenshotPath(`dialog-${name}`));
            await panel.shell.pressKeys('Escape');
            await panel.shell.waitFor('Main.modalCount === 0');

            await panel.shell.clickActor('Main.panel.statusArea.quickSettings');
            await panel.shell.waitFor('Main.panel.statusArea.quickSettings.menu.isOpen');
            await pause(300);
            await panel.shell.screenshot(screenshotPath(`quick-settings-${name}`));
            await panel.shell.eval('Main.panel.closeQuickSettings(); null');

            await panel.set('hosts', "['system', 'test']");
            await panel.shell.waitFor(`(() => { ${Panel.menu}.open(); return true; })()`);
            await panel.shell.waitFor(
                `handoverTest.rows(${Panel.menu}).some(item => item.constructor.$gtype.name === 'HandoverHostProblemItem')`,
            );
            await pause(300);
            await panel.shell.screenshot(screenshotPath(`problem-${name}`));
            await panel.close();
            await panel.set('hosts', "['test']");
            expect(panel.shell.faults()).toEqual([]);
        });
    }
});

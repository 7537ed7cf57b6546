// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {oneLine} from '../../shared/platform/i18n.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

/** Names that want to be something else; libvirt takes no newline and no slash. */
const HOSTILE = [
    '<b>bold & <span foreground="red">red',
    '🐧🔥 emoji 👩‍👩‍👧',
    'שלום עולם',
    '\u202eright to left',
    '--force',
    '%s%n$(reboot)`id`',
    'x'.repeat(10_000),
];

describe('machines with hostile names in the app', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await testMachines.clear();
        for (const name of HOSTILE)
            await testMachines.define(richXml(name, {title: name, description: name}));
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    it('are shown as they are, and nothing warns', async () => {
        const app = await AppProgram.start(shell);
        for (const [index, name] of HOSTILE.entries()) {
            await app.see({name: oneLine(name), role: 'list item'});
            await app.activate('show-machine', new GLib.Variant('s', `test/${name}`));
            await app.see({name: oneLine(name), role: 'label'});
            await app.seeAnywhere({name: 'UUID', role: 'list item'});
            if (index === 0 || index === HOSTILE.length - 1) await app.picture(`hostile-${index}`);
        }
        expect((await app.frame()).width).toBeLessThan(1300);
        expect(await app.stop()).toEqual([]);
    });

    it('are started, asked about and forced off', async () => {
        const [name] = HOSTILE as [string];
        const app = await AppProgram.start(shell);
        await app.activate('show-machine', new GLib.Variant('s', `test/${name}`));
        await app.press('Start', 'button');
        await app.see({name: /started/});
        await app.pick('Force off…');
        await app.see({name: /^.<b>bold & <span foreground="red">red. stops at once/u});
        await app.press('Force off', 'button');
        await app.see({name: 'Start', role: 'button'});
        expect(await app.stop()).toEqual([]);
    });
});

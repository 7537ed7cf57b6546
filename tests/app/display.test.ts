// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {enterText, nameOf, type Node} from '../harness/accessibility.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {AppProgram} from './appProgram.js';
import {plainXml, richXml, testMachines} from './testMachines.js';

describe('what opens a machine, in the app', () => {
    const bin = temporaryDirectory('bin');
    const seen = GLib.build_filenamev([bin, 'seen']);
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
    });
    beforeEach(async () => {
        await testMachines.clear();
        await testMachines.define(richXml('windows'));
        await testMachines.define(plainXml('appliance'));
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    const metadata = (name: string): Promise<string> => testMachines.metadata(name);
    const becomes = (name: string, pattern: RegExp): Promise<boolean> =>
        waitFor(`${String(pattern)} in the metadata`, async () => pattern.test(await metadata(name)));
    const focus = (node: Node): void => void node.get_component_iface()!.grab_focus();

    /** Chooses what is so many further down in a row's list. */
    async function choose(app: AppProgram, row: string, down: number): Promise<void> {
        focus(await app.seeAnywhere({name: row, role: 'combo box'}));
        await pause(300);
        await shell.pressKeys('space');
        await pause(300);
        for (let step = 0; step < Math.abs(down); step++) await shell.pressKeys(down > 0 ? 'Down' : 'Up');
        await shell.pressKeys('Return');
        await pause(300);
    }

    it('is chosen on its page, with what it needs, and stays with the machine', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('windows', 'Start');
        await app.seeAnywhere({name: /Automatic: .*Virt Viewer/, role: 'label'});
        expect(app.find({name: /^App to stream/})).toBeUndefined();
        await choose(app, 'Opens with', 2);
        await becomes('windows', /<client kind=.moonlight.\/>/);
        const host = await app.seeAnywhere({name: /^Address of the guest/, role: /text|entry/});
        focus(host);
        enterText(host, 'games.lan');
        await shell.pressKeys('Return');
        await becomes('windows', /host=.games\.lan./);
        // What could be an option is not taken.
        enterText(host, '-oProxyCommand=x');
        await shell.pressKeys('Return');
        await app.see({name: /cannot be used/, role: 'label'});
        expect(await metadata('windows')).toMatch(/host=.games\.lan./);
        await choose(app, 'Ready when', 3);
        await becomes('windows', /<ready kind=.tcp. port=.3389.\/>/);
        await app.seeAnywhere({name: 'Network port', role: 'spin button'});
        await app.picture('display-settings');
        await choose(app, 'Opens with', -2);
        await waitFor('it is taken away', async () => !(await metadata('windows')).includes('client'));
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('opens from the menu and by a key, and says when there is nothing to open', async () => {
        const script = GLib.build_filenamev([bin, 'virt-viewer']);
        GLib.file_set_contents(
            script,
            `#!/bin/sh\nprintf '%s\\n' "$@" "\${XDG_ACTIVATION_TOKEN:+token}" >>'${seen}'\ntrap "echo ended >>'${seen}'; exit" TERM\nwhile :; do sleep 0.1; done\n`,
        );
        GLib.chmod(script, 0o755);
        for (const name of ['windows', 'appliance']) await testMachines.call(name, 'Create');
        const app = await AppProgram.start(shell, {env: {PATH: `${bin}:${GLib.getenv('PATH')!}`}});
        await app.choose('windows');
        await app.pick('Open display');
        const told = (): string => new TextDecoder().decode(GLib.file_get_contents(seen)[1]);
        await waitFor('the viewer', () => GLib.file_test(seen, GLib.FileTest.EXISTS) && told() !== '');
        expect(told()).toMatch(/^--connect\ntest:\/\/\/default\n--uuid\n--\n[0-9a-f-]{36}\ntoken\n$/);
        await shell.pressKeys('Control_L', 'd');
        await app.see({name: /is open already/, role: 'label'});
        expect(told().match(/--uuid/g)?.length).toBe(1);
        await app.choose('appliance');
        await shell.pressKeys('Control_L', 'd');
        const toast = await app.see({name: 'There is nothing to open', role: 'label'});
        expect(nameOf(toast)).toBe('There is nothing to open');
        // The viewer ends a moment after its machine has.
        await testMachines.call('windows', 'Destroy');
        expect(told()).not.toContain('ended');
        await waitFor('the viewer has ended', () => told().endsWith('ended\n'), {within: 8000});
        expect(await app.stop()).toEqual([]);
    }, 60_000);
});

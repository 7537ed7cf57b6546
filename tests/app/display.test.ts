// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import GLib from 'gi://GLib';

import {enterText, findAll, hasState, nameOf} from '../harness/accessibility.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {AppProgram} from './appProgram.js';
import {plainXml, richXml, testMachines} from './testMachines.js';

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

describe('what opens a machine, in the app', () => {
    const bin = temporaryDirectory('bin');
    const seen = GLib.build_filenamev([bin, 'seen']);
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start({monitor: '1280x2200'});
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

    /** Opens a row's list and chooses what is so many further down, or up. */
    async function choose(app: AppProgram, row: string, down: number): Promise<void> {
        await app.click(row, 'combo box');
        await pause(STILL_MS);
        // Its list has the keys once one of its rows has the focus.
        await waitFor('the list', () =>
            findAll(app.root, {role: 'list item'}).some(one => hasState(one, Atspi.StateType.FOCUSED)),
        );
        const key = down > 0 ? 'Down' : 'Up';
        for (let step = 0; step < Math.abs(down); step++) await shell.pressKeys(key);
        await shell.pressKeys('Return');
        await pause(STILL_MS);
    }

    it('is chosen on its page, with what it needs, and stays with the machine', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('windows', 'Start');
        // So tall that nothing is scrolled out of it.
        await app.resize(1000, 2000);
        await app.seeAnywhere({name: /Automatic: .*Virt Viewer/, role: 'label'});
        expect(app.find({name: /^App to stream/})).toBeUndefined();
        await choose(app, 'Opens with', 2);
        await becomes('windows', /<client kind=.moonlight.\/>/);
        const host = await app.seeAnywhere({name: /^Address of the guest/, role: /text|entry/});
        await app.click(/^Address of the guest/, /text|entry/);
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

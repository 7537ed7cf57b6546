// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import Gio from 'gi://Gio';
import {PANEL_BUS_NAME, SETTINGS_SCHEMA} from '../../shared/names.js';
import {hasState} from '../harness/accessibility.js';
import {waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

describe('the app', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
    });
    beforeEach(async () => {
        await testMachines.clear();
        for (const name of ['alpine', 'windows']) await testMachines.define(richXml(name));
        await shell.dismissNotifications();
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    const titles = async (): Promise<string[]> =>
        (await shell.notifications()).map(({title}) => title.replace(/[\u2068\u2069]/g, ''));

    it('is one, however often it is started', async () => {
        const app = await AppProgram.start(shell);
        const again = await runProgram(['handover-app']);
        expect(again.code).toBe(0);
        expect(app.program.running).toBeTrue();
        expect(await shell.eval<number>('global.get_window_actors().length')).toBe(1);
        expect(await app.stop()).toEqual([]);
    });

    it('notifies of a machine that nobody looks at, while there is no panel', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('alpine', 'Start');
        await testMachines.call('windows', 'Create');
        await waitFor('a notification', async () => (await titles()).includes('windows started'));
        await testMachines.call('alpine', 'Create');
        await app.see({name: 'Shut down', role: 'button'});
        await testMachines.call('windows', 'Destroy');
        await waitFor('the next one', async () => (await titles()).includes('windows stopped'));
        // One of each machine, and none of the one that is looked at.
        expect(await titles()).toEqual(['windows stopped']);
        expect(await app.stop()).toEqual([]);
    });

    it('leaves notifying to the panel where there is one', async () => {
        const panel = Gio.bus_own_name(
            Gio.BusType.SESSION,
            PANEL_BUS_NAME,
            Gio.BusNameOwnerFlags.NONE,
            null,
            null,
            null,
        );
        const app = await AppProgram.start(shell);
        await app.choose('alpine', 'Start');
        await testMachines.call('windows', 'Create');
        await waitFor(
            'windows runs',
            () => app.find({name: 'windows', role: 'list item'})?.get_description() === 'Running',
        );
        expect(await titles()).toEqual([]);
        Gio.bus_unown_name(panel);
        await waitFor('the app notifies again', async () => {
            await testMachines.call('windows', 'Reboot').catch(() => undefined);
            if ((await testMachines.state('windows')) === 1) await testMachines.call('windows', 'Destroy');
            else await testMachines.call('windows', 'Create');
            return (await titles()).length > 0;
        });
        expect(await app.stop()).toEqual([]);
    });

    it('takes a change of the preferences at once', async () => {
        const app = await AppProgram.start(shell);
        await app.see({name: 'alpine', role: 'list item'});
        await app.activate('preferences');
        await app.press('Test', /check box|switch/);
        await app.see({name: 'No machines yet'});
        await app.press('Test', /check box|switch/);
        await shell.pressKeys('Escape');
        await app.see({name: 'alpine', role: 'list item'});
        expect(await app.stop()).toEqual([]);
    });

    it('shows in its preferences what somebody else changes in them', async () => {
        const env = {GSETTINGS_BACKEND: 'keyfile', XDG_CONFIG_HOME: temporaryDirectory('config')};
        const set = (hosts: string): Promise<unknown> =>
            runProgram(['gsettings', 'set', SETTINGS_SCHEMA, 'hosts', hosts], {env});
        await set("['test']");
        const app = await AppProgram.start(shell, {env});
        await app.activate('preferences');
        const session = await app.see({name: 'User session', role: /check box|switch/});
        expect(hasState(session, Atspi.StateType.CHECKED)).toBe(false);
        await set("['session', 'test']");
        await waitFor('it follows', () => hasState(session, Atspi.StateType.CHECKED));
        expect(await app.stop()).toEqual([]);
    });

    it('says what is wrong with a lost host, and shows its machines when it is back', async () => {
        const app = await AppProgram.start(shell, {hosts: ['system', 'test']});
        await app.see({name: 'alpine', role: 'list item'});
        await app.see({name: 'System: libvirt-dbus is missing', role: 'list item'});
        await app.see({name: 'sudo apt install libvirt-dbus', role: 'label'});
        await app.press('Details', 'button');
        await app.see({name: 'Copy details', role: 'button'});
        await app.press('Close', 'button');
        await app.press('Retry', 'button');
        await app.see({name: 'libvirt-dbus is missing', role: 'label'});
        expect(await app.stop()).toEqual([]);
    });
});

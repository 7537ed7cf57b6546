// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {Panel} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

const RUNNING = 1;
const OFF = 5;

describe('the keys and the Quick Settings', () => {
    const libvirt = new TestDriver();
    const bin = temporaryDirectory('bin');
    const seen = GLib.build_filenamev([bin, 'seen']);
    let panel: Panel;

    const stateIs = (name: string, state: number): Promise<boolean> =>
        waitFor(`${name} in state ${state}`, async () => (await libvirt.state(name)) === state);
    const toggle = `Main.panel.statusArea.quickSettings.menu._grid.get_children().find(
        item => item.constructor.$gtype.name === 'HandoverMachineToggle')`;

    beforeAll(async () => {
        // What is asked of the viewer is seen; the real one has nothing to show for the test driver.
        const script = GLib.build_filenamev([bin, 'virt-viewer']);
        GLib.file_set_contents(script, `#!/bin/sh\nprintf '%s\\n' "$@" >'${seen}'\n`);
        GLib.chmod(script, 0o755);
        await libvirt.define(
            machineXml('debian', {title: 'Debian <b>13</b>', devices: "<graphics type='vnc' port='5999'/>"}),
        );
        panel = await Panel.start({}, {env: {PATH: `${bin}:/usr/bin:/bin`}});
    });

    afterAll(() => panel.stop());

    afterEach(async () => {
        await panel.close();
        await panel.shell.dismissNotifications();
        expect(panel.shell.faults()).toEqual([]);
    });

    it('say when no machine is chosen', async () => {
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'v');
        await waitFor('notification', async () =>
            (await panel.shell.notifications()).some(one => one.title === 'No machine is chosen'),
        );
    });

    it('start and stop the chosen machine', async () => {
        await panel.set('chosen-machine', "'test/debian'");
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'v');
        await stateIs('debian', RUNNING);
        await waitFor('told', async () => (await panel.shell.notifications()).length === 1);
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'v');
        await stateIs('debian', OFF);
    });

    it('have names that no other extension gives to its own', async () => {
        const ours = `Object.keys(Main.wm._allowedKeybindings).filter(name => handoverSettings.settings_schema.has_key(name))`;
        expect(await panel.shell.eval<string[]>(`${ours}.sort()`)).toEqual([
            'handover-open-display',
            'handover-open-menu',
            'handover-toggle-machine',
        ]);
    });

    it('are others as soon as the settings say so', async () => {
        await panel.set('handover-toggle-machine', "['<Control>F9']");
        await panel.shell.pressKeys('Control_L', 'F9');
        await stateIs('debian', RUNNING);
        // The panel has heard of it, too: the next press stops.
        await waitFor('told', async () => (await panel.shell.notifications()).length === 1);
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'v');
        await panel.shell.pressKeys('Control_L', 'F9');
        await stateIs('debian', OFF);
    });

    it('say that there is nothing to see of a machine that is off', async () => {
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'd');
        await waitFor('notification', async () =>
            (await panel.shell.notifications()).some(one => one.title === 'There is nothing to see'),
        );
        expect(GLib.file_test(seen, GLib.FileTest.EXISTS)).toBeFalse();
    });

    it('open the display with an argument list that no name can break', async () => {
        await libvirt.start('debian');
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'd');
        await waitFor('the viewer', () => GLib.file_test(seen, GLib.FileTest.EXISTS));
        const [, uuid] = await waitFor('its arguments', () => {
            const text = new TextDecoder().decode(GLib.file_get_contents(seen)[1]);
            return /^--connect\ntest:\/\/\/default\n--uuid\n--\n([0-9a-f-]{36})\n$/.exec(text);
        });
        expect(uuid).toBeDefined();
    });

    it('bring a display that is open to the front', async () => {
        const window =
            "imports.gi.versions.Gtk = '4.0'; const {GLib, Gtk} = imports.gi; Gtk.init(); " +
            "new Gtk.Window({title: 'The viewer', defaultWidth: 300, defaultHeight: 200}).present(); new GLib.MainLoop(null, false).run();";
        GLib.file_set_contents(
            GLib.build_filenamev([bin, 'virt-viewer']),
            `#!/bin/sh\nprintf 'called\\n' >>'${seen}'\nunset XDG_ACTIVATION_TOKEN DESKTOP_STARTUP_ID\nGSK_RENDERER=cairo exec gjs -c "${window}"\n`,
        );
        GLib.unlink(seen);
        const viewer = `global.get_window_actors().map(actor => actor.meta_window).find(
            window => window.title === 'The viewer')`;
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'd');
        await panel.shell.waitFor(`!!${viewer}`, 10_000);
        // mutter complains when a window is changed before it has its first size.
        await panel.shell.waitFor(`${viewer}.get_frame_rect().width > 1`);
        await panel.shell.eval(`${viewer}.minimize(); null`);
        await panel.shell.waitFor(`${viewer}.minimized`);
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'd');
        await panel.shell.waitFor(`!${viewer}.minimized && global.display.focus_window === ${viewer}`);
        expect(new TextDecoder().decode(GLib.file_get_contents(seen)[1])).toBe('called\n');
        await runProgram(['kill', String(await panel.shell.eval<number>(`${viewer}.get_pid()`))]);
        await panel.shell.waitFor(`!${viewer}`);
    });

    it('say what to install when there is no viewer', async () => {
        GLib.unlink(GLib.build_filenamev([bin, 'virt-viewer']));
        await panel.shell.eval(`GLib.setenv('PATH', '${bin}', true); null`);
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'd');
        await waitFor('notification', async () =>
            (await panel.shell.notifications()).some(one => /Install the package virt-viewer/.test(one.body)),
        );
        await libvirt.destroy('debian');
    });

    it('have a toggle in the Quick Settings, by setting', async () => {
        expect(await panel.shell.eval(`!!(${toggle})`)).toBe(false);
        await panel.set('quick-settings-toggle', 'true');
        await panel.shell.waitFor(toggle);
        await panel.shell.clickActor('Main.panel.statusArea.quickSettings');
        await panel.shell.waitFor('Main.panel.statusArea.quickSettings.menu.isOpen');
        await panel.shell.waitFor(`${toggle}.title === 'Debian <b>13</b>' && ${toggle}.subtitle === 'Off'`);
        await panel.shell.clickActor(`${toggle}._box.get_first_child()`);
        await stateIs('debian', RUNNING);
        await panel.shell.waitFor(`${toggle}.checked && ${toggle}.subtitle === 'Running'`);
        // What happens to another machine leaves the menu as it is, under the pointer and with its focus.
        await panel.shell.eval(`${toggle}.menu.open(false); null`);
        await panel.shell.eval(`globalThis.handoverTest.kept = ${toggle}.menu._getMenuItems()[0]; null`);
        await libvirt.destroy('test');
        await waitFor('told', async () =>
            (await panel.shell.notifications()).some(({title}) => title.includes('test')),
        );
        expect(await panel.shell.eval(`${toggle}.menu._getMenuItems()[0] === handoverTest.kept`)).toBe(true);
        await libvirt.call('debian', 'Suspend');
        await panel.shell.waitFor(`${toggle}.menu._getMenuItems()[0].label.text === 'Resume'`);
        await libvirt.call('debian', 'Resume');
        await libvirt.start('test');
        await panel.shell.eval('Main.panel.closeQuickSettings(); null');
        await panel.set('quick-settings-toggle', 'false');
        expect(await panel.shell.eval(`!!(${toggle})`)).toBe(false);
        await libvirt.destroy('debian');
    });

    it('need nothing from a machine that has gone', async () => {
        await panel.set('quick-settings-toggle', 'true');
        await panel.shell.waitFor(`${toggle}?.visible`);
        await libvirt.undefine('debian');
        await panel.shell.waitFor(`!${toggle}.visible`);
        await panel.set('quick-settings-toggle', 'false');
    });
});

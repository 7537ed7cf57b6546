// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {APP_ID, APP_PATH} from '../../shared/names.js';
import {waitForApplication, waitForNode} from '../harness/accessibility.js';
import {callBus} from '../harness/bus.js';
import {waitFor} from '../harness/deadline.js';
import {Panel, screenshotPath} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

describe('the panel and the app', () => {
    const libvirt = new TestDriver();
    let panel: Panel;

    const focused = `global.display.focus_window?.get_gtk_application_id() === '${APP_ID}'`;

    beforeAll(async () => {
        await libvirt.define(machineXml('debian'));
        // The panel and the app are two processes: a backend in memory would give each its own settings.
        const shared = {GSETTINGS_BACKEND: 'keyfile'};
        panel = await Panel.start({}, {env: shared});
        // What the bus starts must find the Shell; a session manager would tell it.
        await callBus(
            ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'],
            'UpdateActivationEnvironment',
            new GLib.Variant('(a{ss})', [
                {
                    ...shared,
                    WAYLAND_DISPLAY: 'wayland-0',
                    XDG_SESSION_TYPE: 'wayland',
                    XDG_CURRENT_DESKTOP: 'GNOME',
                },
            ]),
        );
    });

    afterAll(async () => {
        await callBus(
            [APP_ID, APP_PATH, 'org.gtk.Actions'],
            'Activate',
            new GLib.Variant('(sava{sv})', ['quit', [], {}]),
        );
        await panel.stop();
    });

    afterEach(() => expect(panel.shell.faults()).toEqual([]));

    it('is opened from the menu, in front and with the focus', async () => {
        await panel.open();
        await panel.shell.clickActor(
            `handoverTest.rows(${Panel.menu}).find(item => item.label?.text === 'Open Handover')`,
        );
        await panel.shell.waitFor(focused, 20_000);
    }, 40_000);

    it('keeps the panel quiet about the machine that the user looks at', async () => {
        await callBus(
            [APP_ID, APP_PATH, 'org.gtk.Actions'],
            'Activate',
            new GLib.Variant('(sava{sv})', ['show-machine', [new GLib.Variant('s', 'test/debian')], {}]),
        );
        await waitFor('its page', async () => {
            const shown = new GLib.Variant('(s)', ['shown-machine']);
            const [action] = await callBus([APP_ID, APP_PATH, 'org.gtk.Actions'], 'Describe', shown);
            return (action as [boolean, string, string[]])[2][0] === 'test/debian';
        });
        await panel.shell.waitFor(focused);
        await libvirt.destroy('test');
        await waitFor('the other machine', async () => (await panel.shell.notifications()).length === 1);
        await libvirt.start('test');
        await waitFor('the other machine again', async () =>
            (await panel.shell.notifications()).some(({title}) => title.includes('started')),
        );
        await panel.shell.dismissNotifications();
        await libvirt.start('debian');
        await panel.open();
        await panel.waitForState('debian', 'Running');
        await panel.close();
        expect(await panel.shell.notifications()).toEqual([]);
        await panel.shell.eval('global.display.focus_window.minimize(); null');
        await panel.shell.waitFor(`!(${focused})`);
        await libvirt.destroy('debian');
        await waitFor('a notification', async () => (await panel.shell.notifications()).length === 1);
    });

    it('shows a machine that was asked for in the menu', async () => {
        await panel.open();
        await panel.waitForState('debian', 'Off');
        await panel.shell.clickActor(`${Panel.row('debian')}.label`);
        await panel.shell.waitFor(`${Panel.row('debian')}.menu.isOpen`);
        await panel.shell.clickActor(Panel.submenuItem('debian', 'Show in Handover'));
        await panel.shell.waitFor(focused, 10_000);
        const app = await waitForApplication(/handover/i);
        await waitForNode(app, {name: /debian/, role: /label|heading/});
        await panel.shell.dismissNotifications();
        await panel.shell.screenshot(screenshotPath('app-from-panel'));
    });
});

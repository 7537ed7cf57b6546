// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import GLib from 'gi://GLib';
import {EXTENSION_UUID} from '../../shared/names.js';
import {
    find,
    findAll,
    hasState,
    nameOf,
    type Node,
    press,
    waitForApplication,
    waitForNode,
    waitUntilStill,
} from '../harness/accessibility.js';
import {callBus} from '../harness/bus.js';
import {waitFor} from '../harness/deadline.js';
import {Panel, screenshotPath} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

/** What must have a name so that it can be used without seeing it. */
const CONTROLS = /^(button|toggle button|switch|check box|combo box|spin button|text)$/;

describe('the preferences of the panel', () => {
    const libvirt = new TestDriver();
    let panel: Panel;
    let window: Node;

    beforeAll(async () => {
        await libvirt.define(machineXml('debian'));
        // The Shell and the preferences are two processes: a backend in memory would keep them apart.
        const shared = {GSETTINGS_BACKEND: 'keyfile'};
        panel = await Panel.start({}, {env: shared});
        await callBus(
            ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'],
            'UpdateActivationEnvironment',
            new GLib.Variant('(a{ss})', [
                {...shared, WAYLAND_DISPLAY: 'wayland-0', XDG_SESSION_TYPE: 'wayland'},
            ]),
        );
        await panel.shell.eval(
            `Main.extensionManager.lookup(${JSON.stringify(EXTENSION_UUID)}).stateObj.openPreferences(); null`,
        );
        const application = await waitForApplication(/Extensions/, {within: 15_000});
        window = await waitForNode(application, {name: 'Handover', role: /frame|window|dialog/});
    }, 40_000);

    afterAll(() => panel.stop());

    // GNOME 48's compositor complains of a GTK window that is mapped while nothing is drawn.
    afterEach(() =>
        expect(panel.shell.faults().filter(fault => !fault.includes('libmutter-CRITICAL'))).toEqual([]),
    );

    /** Clicks in the middle of something in the window. */
    const click = async (node: Node): Promise<void> => {
        const within = await waitUntilStill(node);
        const [x, y] = await panel.shell.eval<[number, number]>(
            '(({x, y}) => [x, y])(global.display.focus_window.get_frame_rect())',
        );
        await panel.shell.click(x + within.x + within.width / 2, y + within.y + within.height / 2);
    };

    it('name every control', async () => {
        await waitForNode(window, {name: 'Notifications', role: /switch|check/});
        await panel.shell.screenshot(screenshotPath('preferences'));
        const nameless = findAll(window, {role: CONTROLS}).filter(node => nameOf(node) === '');
        expect(nameless.map(node => `${node.get_role_name()} in ${nameOf(node.get_parent()!)}`)).toEqual([]);
    });

    it('work at once', async () => {
        await click(await waitForNode(window, {name: 'Quick Settings toggle', role: /switch|check/}));
        await waitFor('on', async () => await panel.get<boolean>('quick-settings-toggle'));

        const session = await waitForNode(window, {name: 'User session', role: /switch|check/});
        expect(hasState(session, Atspi.StateType.CHECKED)).toBe(false);
        await click(session);
        await waitFor('hosts', async () => (await panel.get<string[]>('hosts')).includes('session'));
        expect(await panel.get<string[]>('hosts')).toEqual(['session', 'test']);
    });

    it('take a shortcut as it is pressed', async () => {
        press(await waitForNode(window, {name: 'Shortcuts', role: /tab|button|toggle/}));
        const row = await waitForNode(window, {name: /^Open the Handover menu/, role: 'list item'});
        await panel.shell.screenshot(screenshotPath('preferences-shortcuts'));
        await click(row);
        await waitForNode(window, {name: /Press the new shortcut/});
        await panel.shell.screenshot(screenshotPath('preferences-shortcut-dialog'));
        await panel.shell.pressKeys('Super_L', 'F7');
        await waitFor(
            'keys',
            async () => (await panel.get<string[]>('handover-open-menu'))[0] === '<Super>F7',
        );
        expect(find(window, {name: /Press the new shortcut/})).toBeUndefined();
        await panel.shell.pressKeys('Super_L', 'F7');
        await panel.shell.waitFor(`${Panel.menu}.isOpen`);
        await panel.close();
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {APP_ID, EXTENSION_UUID} from '../../shared/names.js';
import {defineHostdevMachine} from '../fakes/hostdevMachine.js';
import {callBus} from '../harness/bus.js';
import {pause, waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {CARD, LendingPanel, plain} from './lendingPanel.js';
import {Panel, screenshotPath} from './panel.js';
import {TestDriver} from './testDriver.js';

const WINDOWS = 'Windows 11';
const RUNNING = 1;
const OFF = 5;

describe('a machine that needs a card', () => {
    const libvirt = new TestDriver();
    let lab: LendingPanel;
    let panel: Panel;

    beforeAll(async () => {
        await defineHostdevMachine(WINDOWS, CARD);
        lab = await LendingPanel.start();
        panel = lab.panel;
        await panel.open();
        await panel.waitForState(WINDOWS, 'Off');
    }, 60_000);

    afterAll(() => lab.stop());

    afterEach(async () => {
        await panel.close();
        await panel.shell.dismissNotifications();
        // mutter 48 says this of windows of GTK's, of the app's own among them.
        const faults = panel.shell.faults().filter(line => !line.includes('surface_state_changed'));
        expect(faults).toEqual([]);
    });

    const start = async (): Promise<void> => {
        await panel.open();
        await panel.shell.clickActor(Panel.button(Panel.row(WINDOWS), '\u2068Start'));
    };
    const stop = async (): Promise<void> => {
        await panel.open();
        await panel.waitForState(WINDOWS, 'Running', 10_000);
        await panel.shell.clickActor(Panel.button(Panel.row(WINDOWS), '\u2068Shut down'));
        await panel.waitForState(WINDOWS, 'Off', 10_000);
    };
    const titles = async (): Promise<string[]> =>
        (await panel.shell.notifications()).map(({title}) => plain(title));

    it('is given it, and the card comes back when it stops', async () => {
        await start();
        await panel.waitForState(WINDOWS, 'Running', 10_000);
        await lab.cardIs(`With ${WINDOWS}`);
        expect(await panel.icon()).toBe('gpu');
        await stop();
        await lab.cardIs('Linux (amdgpu)');
        expect(await panel.icon()).toBe('running');
        // It has been seen in the menu.
        expect(await titles()).toEqual([]);
    }, 40_000);

    it('is not started while a program holds it, and the person is asked', async () => {
        const pid = await lab.hold('blender');
        await start();
        const dialog = await lab.dialog();
        expect(dialog.buttons).toEqual(['Close blender and start', 'Start when free', 'Cancel']);
        expect(dialog.texts).toContain('blender');
        expect(dialog.name).toMatch(/is in use\n.*\nblender, Process \d+$/);
        expect(await panel.isOpen()).toBe(false);
        await panel.shell.pressKeys('Escape');
        await lab.dialogGone();
        expect(await libvirt.state(WINDOWS)).toBe(OFF);
        // Whoever was asked has seen it.
        expect(await titles()).toEqual([]);
        expect(await panel.icon()).toBe('running');
        await lab.letGo(pid);
    }, 30_000);

    it('is not started by Enter either, and Tab goes through the answers', async () => {
        const pid = await lab.hold('blender');
        await start();
        await lab.dialog();
        const focused = (): Promise<string> =>
            panel.shell.eval<string>('global.stage.get_key_focus().label ?? ""').then(plain);
        const hasFocus = (label: string): Promise<boolean> =>
            waitFor(`the focus on ${label}`, async () => (await focused()) === label);
        expect(await hasFocus('Cancel')).toBe(true);
        for (const label of ['Close blender and start', 'Start when free', 'Cancel']) {
            await panel.shell.pressKeys('Tab');
            await hasFocus(label);
        }
        await panel.shell.pressKeys('Return');
        await lab.dialogGone();
        expect(await libvirt.state(WINDOWS)).toBe(OFF);
        await lab.letGo(pid);
    }, 30_000);

    it('waits in its row until it is called off, or the card is free', async () => {
        const pid = await lab.hold('blender');
        await start();
        await lab.dialog();
        await lab.answer('Start when free');
        await panel.open();
        await panel.waitForState(WINDOWS, 'Waiting for the card…');
        await panel.shell.clickActor(Panel.button(Panel.row(WINDOWS), 'Cancel'));
        await panel.waitForState(WINDOWS, 'Off');
        expect(await titles()).toEqual([]);

        await start();
        await lab.dialog();
        await lab.answer('Start when free');
        await panel.open();
        await panel.waitForState(WINDOWS, 'Waiting for the card…');
        await lab.letGo(pid);
        await panel.waitForState(WINDOWS, 'Running', 10_000);
        await stop();
    }, 50_000);

    it('starts when the program that holds the card has been told to end', async () => {
        const program = new RunningProgram(['sleep', '600']);
        const {pid} = program;
        await lab.holdAs('blender', pid);
        void waitFor('its end', () => !program.running, {within: 30_000}).then(() => lab.letGo(pid));
        await start();
        await lab.dialog();
        await lab.answer('Close blender and start');
        await panel.open();
        await panel.waitForState(WINDOWS, 'Running', 10_000);
        expect(program.running).toBe(false);
        await stop();
    }, 40_000);

    it('asks a desktop application to quit as the Shell does, and sends it no signal', async () => {
        await callBus(
            ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'],
            'UpdateActivationEnvironment',
            new GLib.Variant('(a{ss})', [
                {WAYLAND_DISPLAY: 'wayland-0', XDG_SESSION_TYPE: 'wayland', XDG_CURRENT_DESKTOP: 'GNOME'},
            ]),
        );
        const app = `(await import('gi://Shell')).default.AppSystem.get_default().lookup_app('${APP_ID}.desktop')`;
        const windows = (): Promise<number> =>
            panel.shell.eval<number>(`(async () => ${app}.get_n_windows())()`);
        await panel.shell.eval(`(async () => void ${app}.activate())()`);
        await waitFor('its window', async () => (await windows()) === 1, {within: 20_000});
        // It stands for the application, which has ended when its window has gone.
        const program = new RunningProgram(['sleep', '600']);
        const {pid} = program;
        await lab.holdAs('gjs', pid, `/user.slice/user@1000.service/app.slice/app-gnome-${APP_ID}-77.scope`);
        await start();
        expect((await lab.dialog()).buttons[0]).toBe('Close Handover and start');
        await lab.answer('Close Handover and start');
        await waitFor('its end', async () => (await windows()) === 0, {within: 8000});
        await lab.letGo(pid);
        await panel.open();
        await panel.waitForState(WINDOWS, 'Running', 10_000);
        expect(program.running).toBe(true);
        await program.stop();
        await stop();
    }, 60_000);

    it('says in a notification that a program does not end, and offers force', async () => {
        const program = new RunningProgram(['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
        const {pid} = program;
        await lab.holdAs('blender', pid);
        await start();
        await lab.dialog();
        await lab.answer('Close blender and start');
        // Whoever asked for it looks elsewhere by now: a dialog would come out of the blue.
        await waitFor('a notification', async () => (await titles()).length > 0, {within: 20_000});
        const [notification] = await panel.shell.notifications();
        expect(plain(notification!.title)).toBe(`${WINDOWS} was not started`);
        expect(notification!.body).toContain('was asked to end, and has not');
        expect(notification!.actions.map(plain)).toEqual([
            'Force blender to quit and start',
            'Start when free',
            'Details',
        ]);
        await waitFor('its icon', async () => (await panel.icon()) === 'attention');
        expect(program.running).toBe(true);
        await panel.open();
        await panel.shell.clickActor(`${Panel.row(WINDOWS)}.label`);
        await panel.shell.waitFor(`${Panel.row(WINDOWS)}.menu.isOpen`);
        await pause(300);
        await panel.shell.screenshot(screenshotPath('refused-submenu-dark'));
        expect((await panel.submenu(WINDOWS)).map(plain).slice(0, 4)).toEqual([
            'Force blender to quit and start',
            'Start when free',
            'Details',
            'Dismiss',
        ]);
        await panel.shell.clickActor(Panel.submenuItem(WINDOWS, 'Dismiss'));
        await lab.letGo(pid);
        await program.stop();
    }, 50_000);

    it('tells when the card has come back from a machine that ended in another way', async () => {
        await start();
        await panel.waitForState(WINDOWS, 'Running', 10_000);
        await lab.cardIs(`With ${WINDOWS}`);
        await panel.close();
        await libvirt.destroy(WINDOWS);
        // What the guard has systemd do.
        expect((await lab.caller.outcome('Return', CARD)).kind).toBe('done');
        await waitFor('the notification', async () =>
            (await titles()).some(title => /Radeon .* is back with Linux$/.test(title)),
        );
        const back = (await panel.shell.notifications()).find(({title}) => title.includes('is back'));
        expect(plain(back!.body)).toMatch(/^It took \d+\.\d s\.$/);
        expect(await libvirt.state(WINDOWS)).not.toBe(RUNNING);
    }, 40_000);

    it('lets go of everything when the extension is disabled while a start waits', async () => {
        const pid = await lab.hold('blender');
        await start();
        await lab.dialog();
        await lab.answer('Start when free');
        await panel.open();
        await panel.waitForState(WINDOWS, 'Waiting for the card…');
        const alive = await panel.shell.eval<string[]>(
            `(async () => {
                const {default: System} = await import('system');
                const turn = ms => new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_LOW, ms, () => {
                    resolve();
                    return GLib.SOURCE_REMOVE;
                }));
                const refs = await (async () => {
                    const indicator = ${Panel.indicator};
                    const row = ${Panel.row(WINDOWS)};
                    const card = ${LendingPanel.row};
                    card.menu.open();
                    await turn(50);
                    const refs = Object.entries({
                        indicator, row, card, submenu: card.menu, gpu: card.gpu,
                        machine: row.machine, operation: row.machine.operation,
                        preparation: row.machine.preparation,
                    }).map(([name, object]) => [name, new WeakRef(object)]);
                    indicator.menu.close();
                    await turn(50);
                    return refs;
                })();
                Main.extensionManager.lookup(${JSON.stringify(EXTENSION_UUID)}).stateObj.disable();
                for (let round = 0; round < 20; round++) {
                    System.gc();
                    await turn(30);
                }
                return refs.filter(([, ref]) => ref.deref() !== undefined).map(([name]) => name);
            })()`,
            20_000,
        );
        expect(alive).toEqual([]);
        await lab.letGo(pid);
        await pause(300);
        // Nobody waits for the card any more.
        expect(await libvirt.state(WINDOWS)).toBe(OFF);
        await panel.shell.eval(
            `Main.extensionManager.lookup(${JSON.stringify(EXTENSION_UUID)}).stateObj.enable(); null`,
        );
        await panel.open();
        await panel.waitForState(WINDOWS, 'Off');
    }, 40_000);

    for (const scheme of ['light', 'dark'])
        it(`is kept as a picture: ${scheme}`, async () => {
            await panel.shell.eval(
                `new Gio.Settings({schema_id: 'org.gnome.desktop.interface'}).set_string('color-scheme', 'prefer-${scheme}'); null`,
            );
            await pause(500);
            const pids = [await lab.hold('blender'), await lab.hold('<b>python3</b>')];
            await start();
            await lab.dialog();
            await pause(200);
            await panel.shell.screenshot(screenshotPath(`held-${scheme}`));
            await lab.answer('Start when free');
            await panel.open();
            await panel.waitForState(WINDOWS, 'Waiting for the card…');
            await pause(200);
            await panel.shell.screenshot(screenshotPath(`waiting-${scheme}`));
            for (const pid of pids) await lab.letGo(pid);
            await panel.waitForState(WINDOWS, 'Running', 10_000);
            await panel.shell.eval(`${LendingPanel.row}.menu.open(); null`);
            await pause(200);
            await panel.shell.screenshot(screenshotPath(`lent-${scheme}`));
            await stop();
            await panel.close();
        }, 40_000);
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {pause} from '../harness/deadline.js';
import {EXTENSION_UUID} from '../../shared/names.js';
import {keepFigure, Panel, screenshotPath} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

const MACHINES = 1000;

/**
 * A heartbeat in the Shell: the most processor time (ms) that its main thread took between two beats since the last
 * look. Painting, by the processor here, is in it; what other processes took from us is not.
 */
const HEARTBEAT = `globalThis.heartbeat ??= (() => {
    const onProcessor = () => {
        const [, bytes] = GLib.file_get_contents('/proc/thread-self/schedstat');
        return parseInt(new TextDecoder().decode(bytes)) / 1e6;
    };
    let last = onProcessor(), worst = 0;
    GLib.timeout_add(GLib.PRIORITY_HIGH, 1, () => {
        const now = onProcessor();
        worst = Math.max(worst, now - last);
        last = now;
        return GLib.SOURCE_CONTINUE;
    });
    return () => {
        const milliseconds = worst;
        worst = 0;
        return Math.round(milliseconds * 10) / 10;
    };
})(); heartbeat()`;

describe('a thousand machines', () => {
    const libvirt = new TestDriver();
    const extension = `Main.extensionManager.lookup(${JSON.stringify(EXTENSION_UUID)}).stateObj`;
    let panel: Panel;

    const name = (index: number): string => `machine-${String(index).padStart(4, '0')}`;
    const inTurn = async (work: (index: number) => Promise<unknown>): Promise<void> => {
        for (let index = 0; index < MACHINES; index += 50)
            await Promise.all(Array.from({length: 50}, (_, offset) => work(index + offset)));
    };
    const worstBeat = (): Promise<number> => panel.shell.eval<number>(HEARTBEAT);

    beforeAll(async () => {
        await inTurn(index => libvirt.define(machineXml(name(index))));
        panel = await Panel.start({notifications: 'false'});
        await panel.shell.waitFor(`${Panel.indicator}.get_first_child().gicon !== null`);
    }, 60_000);

    afterAll(() => panel.stop());

    afterEach(() => expect(panel.shell.faults()).toEqual([]));

    it('are measured beside what the Shell itself takes to show and hide an icon', async () => {
        const beats: number[] = [];
        for (let round = 0; round < 5; round++) {
            await worstBeat();
            await panel.shell.eval(`(async () => {
                const PanelMenu = await import('resource:///org/gnome/shell/ui/panelMenu.js');
                const button = new PanelMenu.Button(0.5, 'plain');
                Main.panel.addToStatusArea('plain', button);
                GLib.timeout_add(GLib.PRIORITY_DEFAULT, 100, () => {
                    button.destroy();
                    return GLib.SOURCE_REMOVE;
                });
            })()`);
            await pause(300);
            beats.push(await worstBeat());
        }
        keepFigure('longest-block-ms-plain-button', beats);
        expect(beats.length).toBe(5);
    });

    it('fill the panel without holding the Shell up', async () => {
        const beats: number[] = [];
        for (let round = 0; round < 5; round++) {
            await panel.shell.eval(`${extension}.disable(); null`);
            await pause(200);
            await worstBeat();
            await panel.shell.eval(`${extension}.enable(); null`);
            await panel.shell.waitFor(
                `${Panel.indicator}.get_first_child().gicon.file.get_path().includes('running')`,
            );
            await pause(200);
            beats.push(await worstBeat());
        }
        keepFigure('longest-block-ms-enable-and-fill', beats);
        expect(await panel.icon()).toBe('running');
    }, 60_000);

    it('show the few that matter', async () => {
        await worstBeat();
        await panel.open();
        await panel.shell.waitFor(
            `handoverTest.rows(${Panel.menu}).some(item => /^99[0-9] more in Handover$/.test(item.label?.text))`,
        );
        await pause(300);
        keepFigure('longest-block-ms-menu-opened-first', await worstBeat());
        await panel.shell.screenshot(screenshotPath('thousand-dark'));
        const rows = await panel.rows();
        expect(rows.filter(row => row.type === 'HandoverMachineMenuItem').length).toBe(8);
        await panel.close();
        await panel.shell.eval(`${extension}.disable(); ${extension}.enable(); null`);
        await panel.shell.waitFor(
            `${Panel.indicator}.get_first_child().gicon.file.get_path().includes('running')`,
        );
        await pause(300);
        await worstBeat();
        await panel.open();
        await pause(300);
        keepFigure('longest-block-ms-menu-opened-anew', await worstBeat());
        await panel.close();
        await panel.shell.eval(`(async () => {
            const PanelMenu = await import('resource:///org/gnome/shell/ui/panelMenu.js');
            const PopupMenu = await import('resource:///org/gnome/shell/ui/popupMenu.js');
            const button = globalThis.plainButton = new PanelMenu.Button(0.5, 'plain');
            Main.panel.addToStatusArea('plain', button);
            for (let index = 0; index < 11; index++)
                button.menu.addMenuItem(new PopupMenu.PopupSubMenuMenuItem('machine-0000', true));
        })()`);
        await pause(300);
        await worstBeat();
        await panel.shell.clickActor('plainButton');
        await pause(300);
        keepFigure('longest-block-ms-plain-menu-opened', await worstBeat());
        await panel.shell.eval('plainButton.destroy(); null');
    });

    it('start all at once without holding the Shell up', async () => {
        for (const open of [false, true]) {
            if (open) await panel.open();
            await pause(300);
            await worstBeat();
            await inTurn(index => libvirt.start(name(index)));
            await panel.shell.waitFor(
                `${Panel.indicator}.accessible_name.includes('${MACHINES + 1} machines are running')`,
                20_000,
            );
            keepFigure(
                `longest-block-ms-burst-of-events-menu-${open ? 'open' : 'closed'}`,
                await worstBeat(),
            );
            await inTurn(index => libvirt.destroy(name(index)));
            await panel.shell.waitFor(
                `${Panel.indicator}.accessible_name.includes('1 machine is running')`,
                20_000,
            );
            await panel.close();
        }
        expect(await panel.icon()).toBe('running');
    }, 60_000);
});

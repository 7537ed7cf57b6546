// SPDX-License-Identifier: GPL-3.0-or-later
import {callBus} from '../harness/bus.js';
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {EXTENSION_UUID, PANEL_BUS_NAME} from '../../shared/names.js';
import {keepFigure, Panel} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

/** Rounds until caches of the Shell, the theme and the compiler are full. */
const WARM_UP = 100;
const CYCLES = 200;
/**
 * What that many rounds may add to JavaScript's heap (KiB), 5 KiB a round: every object of ours has its wrapper there.
 * The anonymous memory of the process is kept as a figure only; it goes up and down by several MiB as the allocator
 * likes. The bench holds it against an extension that does nothing.
 */
const MOST_GROWTH_KIB = 1024;

/** A pause in the Shell, after everything that is more urgent. */
const TURN = `const turn = ms => new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_LOW, ms, () => {
    resolve();
    return GLib.SOURCE_REMOVE;
}));`;

/** Where the Shell keeps what extensions leave behind. */
const TRACES = `(async () => {
    const {default: St} = await import('gi://St');
    const {quickSettings} = Main.panel.statusArea;
    return {
        statusArea: Object.keys(Main.panel.statusArea),
        quickSettings: quickSettings.menu._grid.get_n_children(),
        indicators: quickSettings._indicators.get_n_children(),
        uiGroup: Main.uiGroup.get_n_children(),
        dialogs: Main.layoutManager.modalDialogGroup.get_n_children(),
        sources: Main.messageTray.getSources().length,
        menus: Main.panel.menuManager._menus.length,
        keys: Object.keys(Main.wm._allowedKeybindings).filter(name => /handover|machine|open-display|open-menu/.test(name)),
        stylesheets: St.ThemeContext.get_for_stage(global.stage).get_theme().get_custom_stylesheets().length,
    };
})()`;

describe('enabling and disabling', () => {
    const libvirt = new TestDriver();
    let panel: Panel;

    const extension = `Main.extensionManager.lookup(${JSON.stringify(EXTENSION_UUID)}).stateObj`;
    const hasName = async (): Promise<boolean> => {
        const [owned] = await callBus(
            ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'],
            'NameHasOwner',
            new GLib.Variant('(s)', [PANEL_BUS_NAME]),
        );
        return owned as boolean;
    };

    beforeAll(async () => {
        await libvirt.define(machineXml('debian'));
        panel = await Panel.start({'quick-settings-toggle': 'true', 'chosen-machine': "'test/debian'"});
    });

    afterAll(() => panel.stop());

    afterEach(() => expect(panel.shell.faults()).toEqual([]));

    it('owns the panel’s bus name while it is enabled', async () => {
        // The bus answers when it likes.
        await waitFor('the name', hasName);
        await panel.shell.disableExtension(EXTENSION_UUID);
        expect(await hasName()).toBe(false);
    });

    it('leaves nothing in the Shell', async () => {
        const before = await panel.shell.eval(TRACES);
        await panel.shell.enableExtension(EXTENSION_UUID);
        await panel.open();
        await panel.waitForState('debian', 'Off');
        await panel.shell.clickActor(`${Panel.row('test')}.label`);
        await panel.shell.waitFor(`${Panel.row('test')}.menu.isOpen`);
        await panel.shell.clickActor(Panel.submenuItem('test', 'Force off…'));
        await panel.shell.waitFor('Main.modalCount === 1');
        await libvirt.start('debian');
        await panel.shell.waitFor('Main.messageTray.getSources().length === 1');
        expect(await panel.shell.eval(TRACES)).not.toEqual(before);
        await panel.shell.disableExtension(EXTENSION_UUID);
        expect(await panel.shell.eval(TRACES)).toEqual(before);
        await libvirt.destroy('debian');
    });

    it('undoes what it began when enabling fails halfway', async () => {
        const before = await panel.shell.eval(TRACES);
        await panel.shell.eval(`
            globalThis.addKeybinding = Main.wm.addKeybinding;
            Main.wm.addKeybinding = () => { throw new Error('refused by the test'); };
            let message = '';
            try { ${extension}.enable(); } catch (error) { message = error.message; }
            Main.wm.addKeybinding = globalThis.addKeybinding;
            if (message !== 'refused by the test') throw new Error('enable did not fail: ' + message);
            null`);
        expect(await panel.shell.eval(TRACES)).toEqual(before);
        expect(await hasName()).toBe(false);
    });

    /** JavaScript's heap and anonymous memory (KiB) after each 25 rounds of what `body` does with `turn(ms)` at hand. */
    const measure = (rounds: number, body: string): Promise<{heap: number; anonymous: number}[]> =>
        panel.shell.eval<{heap: number; anonymous: number}[]>(
            `(async () => {
                const {default: System} = await import('system');
                ${TURN}
                const anonymousKib = () => {
                    const [, bytes] = GLib.file_get_contents('/proc/self/smaps_rollup');
                    return Number(/^Pss_Anon: *([0-9]+)/m.exec(new TextDecoder().decode(bytes))[1]);
                };
                const heapKib = () => {
                    const path = GLib.build_filenamev([GLib.get_user_runtime_dir(), 'handover-heap']);
                    System.dumpMemoryInfo(path);
                    const [, bytes] = GLib.file_get_contents(path);
                    GLib.unlink(path);
                    const {gcBytes, mallocBytes} = JSON.parse(new TextDecoder().decode(bytes).split('\`\`\`')[1].slice(4));
                    return Math.round((gcBytes + mallocBytes) / 1024);
                };
                const sizes = [];
                for (let round = 1; round <= ${rounds}; round++) {
                    await (async () => { ${body} })();
                    if (round % 25 !== 0) continue;
                    for (let again = 0; again < 3; again++) {
                        System.gc();
                        await turn(20);
                    }
                    sizes.push({heap: heapKib(), anonymous: anonymousKib()});
                }
                return sizes;
            })()`,
            120_000,
        );

    it(`does not grow the Shell in ${CYCLES} rounds`, async () => {
        const sizes = await measure(
            WARM_UP + CYCLES,
            `${extension}.enable();
            while (!${Panel.indicator}.get_first_child().gicon.file.get_path().includes('running')) await turn(2);
            while (!${Panel.indicator}.has_allocation()) await turn(2);
            ${Panel.menu}.open();
            await turn(20);
            ${Panel.menu}.close();
            await turn(20);
            ${extension}.disable();`,
        );
        keepFigure(
            'heap-kib-after-each-25-rounds',
            sizes.map(({heap}) => heap),
        );
        keepFigure(
            'anonymous-kib-after-each-25-rounds',
            sizes.map(({anonymous}) => anonymous),
        );
        const mean = (some: number[]): number => some.reduce((sum, one) => sum + one, 0) / some.length;
        const warm = sizes.slice(WARM_UP / 25 - 1).map(({heap}) => heap);
        expect(mean(warm.slice(-3)) - mean(warm.slice(0, 3))).toBeLessThan(MOST_GROWTH_KIB);
    }, 150_000);

    it('lets go of every object of ours', async () => {
        const alive = await panel.shell.eval<string[]>(
            `(async () => {
                const {default: System} = await import('system');
                ${TURN}
                const refs = await (async () => {
                    ${extension}.enable();
                    const indicator = Main.panel.statusArea[${JSON.stringify(EXTENSION_UUID)}];
                    while (!indicator.has_allocation()) await turn(5);
                    while (!handoverTest.rows(indicator.menu).some(item => item.machine)) {
                        indicator.menu.open();
                        await turn(20);
                    }
                    const row = handoverTest.rows(indicator.menu).find(item => item.machine);
                    row.menu.open();
                    await turn(50);
                    const refs = Object.entries({
                        indicator, menu: indicator.menu, row, submenu: row.menu,
                        machine: row.machine, host: row.machine.host,
                    }).map(([name, object]) => [name, new WeakRef(object)]);
                    indicator.menu.close();
                    await turn(50);
                    ${extension}.disable();
                    return refs;
                })();
                for (let round = 0; round < 10; round++) {
                    System.gc();
                    await turn(20);
                }
                return refs.filter(([, ref]) => ref.deref() !== undefined).map(([name]) => name);
            })()`,
            20_000,
        );
        expect(alive).toEqual([]);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {EXTENSION_UUID} from '../../shared/names.js';
import {BusTraffic} from '../bench/busTraffic.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {Panel, screenshotPath} from './panel.js';

const HOSTILE = '<b>50 %</b> \u202e· of';
/** As `shortLine` has it. */
const LINE = /^CPU <?\d+ % · .+ [MG]iB( · .+)?$/;

/** Notes the timers that the extension begins from now on; `handoverTimers()` tells how many of them have not ended. */
const NOTE_TIMERS = `
    const add = GLib.timeout_add;
    const begun = [];
    GLib.timeout_add = (...wanted) => {
        const id = add(...wanted);
        if (new Error().stack.includes('${EXTENSION_UUID}')) begun.push(id);
        return id;
    };
    globalThis.handoverTimers = () =>
        begun.filter(id => GLib.MainContext.default().find_source_by_id(id) !== null).length;
    globalThis.forgetTimers = () => (GLib.timeout_add = add);
    null`;

describe('the figures in the menu', () => {
    const virsh = new VirshClient();
    const image = GLib.build_filenamev([temporaryDirectory('figures'), 'disk.img']);
    const disk = `<disk type='file'><source file='${image}'/><target dev='vda' bus='virtio'/></disk>`;
    const guest = new Guest({name: 'worker', title: 'Worker', balloon: true, devices: disk});
    const other = new Guest({name: 'other', title: HOSTILE, agent: false});
    const row = Panel.row('Worker');
    let panel: Panel;
    let traffic: BusTraffic;

    const plain = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');
    /** The label below a machine's name. */
    const below = (of: string): string => `(() => {
        let found = null;
        handoverTest.walk(${of}, one => {
            if (one.constructor.$gtype.name === 'StLabel' && /font-size: 0.8em/.test(one.style ?? '')) found = one;
        });
        return found;
    })()`;
    /** The text below a machine's name. */
    const line = async (of = row): Promise<string> =>
        plain(await panel.shell.eval<string>(`${below(of)}?.text ?? ''`));
    const colour = (label: string): Promise<string> =>
        panel.shell.eval<string>(`${label}.get_theme_node().get_foreground_color().to_string()`);
    const figures = (of = row): Promise<string> =>
        waitFor('figures', async () => LINE.test(await line(of)) && line(of), {within: 15_000});

    beforeAll(async () => {
        GLib.file_set_contents(image, new Uint8Array(1 << 20));
        await virsh.define(guest.xml, {start: true});
        await virsh.define(other.xml, {start: true});
        panel = await Panel.start({hosts: "['session']", notifications: 'false'});
        await panel.shell.waitFor(`${Panel.indicator}.accessible_name.includes('2 machines')`, 20_000);
        traffic = await BusTraffic.toLibvirt();
        await guest.waitUntilReady();
        await guest.waitForAgent(virsh);
    }, 90_000);

    afterAll(async () => {
        await traffic.stop();
        await virsh.removeAll();
        await panel.stop();
    });

    afterEach(async () => {
        await panel.close();
        expect(panel.shell.faults()).toEqual([]);
    });

    it('are one line below the name of a machine that runs, and no row moves when they come', async () => {
        // Watched from within: from outside the first line could be there before one looks.
        await panel.shell.eval(`(() => {
            const seen = handoverTest.seen = [];
            const stop = global.stage.connect('after-paint', () => {
                const row = handoverTest.rows(${Panel.menu}).find(item => item.machine?.name === 'worker');
                if (!row?.mapped || !row.has_allocation()) return;
                let line = null;
                handoverTest.walk(row, one => {
                    if (one.constructor.$gtype.name === 'StLabel' && /font-size: 0.8em/.test(one.style ?? '')) line = one.text;
                });
                if (line !== null) seen.push({line, height: row.height});
            });
            handoverTest.stopWatching = () => global.stage.disconnect(stop);
        })()`);
        await panel.open();
        await panel.waitForState('Worker', 'Running');
        const text = await figures();
        expect(text).toMatch(/ of 128 MiB · .+\/s disk$/);
        const painted = (): Promise<{line: string; height: number}[]> =>
            panel.shell.eval<{line: string; height: number}[]>('handoverTest.seen');
        await waitFor('they are painted', async () => (await painted()).some(({line: one}) => one !== ''));
        await panel.shell.eval('handoverTest.stopWatching(); null');
        const seen = await painted();
        expect(seen[0]?.line).toBe('');
        expect(new Set(seen.map(one => one.height)).size).toBe(1);
        await figures(Panel.row(HOSTILE.replace('\u202e', '')));
        await panel.shell.screenshot(screenshotPath('figures-dark'));
    }, 40_000);

    it('follow what the machine does', async () => {
        await panel.open();
        await figures();
        await guest.run(virsh, '(timeout 40 sh -c "while :; do :; done") >/dev/null 2>&1 &');
        const busy = await waitFor(
            'a busy processor',
            async () => Number(/^CPU (\d+) %/.exec(await line())?.[1]) >= 10,
            {within: 30_000},
        );
        expect(busy).toBe(true);
        await panel.shell.clickActor(`${row}.label`);
        await panel.shell.waitFor(`${row}.menu.isOpen`);
        const held = `${row}.menu._getMenuItems().at(-1)`;
        await panel.shell.waitFor(`${held}.visible`, 20_000);
        expect(await panel.shell.eval(`${held}.label_actor.text`)).toMatch(/^What holds it back\n.+\.$/);
        await panel.shell.screenshot(screenshotPath('bottleneck-dark'));
    }, 80_000);

    it('are told to a screen reader when the row has the focus, once', async () => {
        await panel.open();
        await figures();
        const description = `${row}.get_accessible().get_description()`;
        await panel.shell.eval(`${row}.grab_key_focus(); null`);
        const told = plain(await panel.shell.eval<string>(description));
        expect(told).toMatch(LINE);
        // A guest that idles may have the same figures for long.
        const reads = 'for time in 1 2 3 4 5 6 7 8; do dd if=/dev/vda of=/dev/null bs=64k; sleep 2; done';
        await guest.run(virsh, `(${reads}) >/dev/null 2>&1 &`);
        await waitFor('other figures', async () => (await line()) !== told, {within: 15_000});
        expect(plain(await panel.shell.eval<string>(description))).toBe(told);
        expect(plain(await panel.shell.eval<string>(`${row}.accessible_name`))).toBe('Worker, Running');
    }, 40_000);

    it('take one call a tick for all machines of a host, and none once the menu is closed', async () => {
        await traffic.quiet();
        const before = traffic.calls();
        await panel.open();
        await figures();
        // Whatever else a menu that opens asks for has been asked when some ticks have brought nothing of it.
        await waitFor(
            'nothing but figures',
            () => {
                const last = traffic.members().slice(before).slice(-3);
                return last.length === 3 && last.every(member => member === 'GetAllDomainStats');
            },
            {within: 15_000},
        );
        const asked = traffic.calls();
        await pause(3000);
        const more = traffic.members().slice(asked);
        expect(new Set(more)).toEqual(new Set(['GetAllDomainStats']));
        expect(more.length).toBeGreaterThan(1);
        expect(more.length).toBeLessThan(5);
        await panel.close();
        await traffic.quiet();
        const closed = traffic.calls();
        await pause(3000);
        expect(traffic.calls()).toBe(closed);
    }, 60_000);

    it('go with the machine, and nothing is asked when none runs', async () => {
        await panel.open();
        await figures();
        await virsh.run(['destroy', 'worker']);
        await panel.waitForState('Worker', 'Off');
        expect(await line()).toBe('');
        await virsh.run(['suspend', 'other']);
        await panel.waitForState(HOSTILE.replace('\u202e', ''), 'Paused');
        await traffic.quiet();
        const before = traffic.calls();
        await pause(3000);
        expect(traffic.calls()).toBe(before);
        await virsh.run(['resume', 'other']);
        await virsh.run(['start', 'worker']);
        await figures();
    }, 60_000);

    it('end with the extension, also while the menu is open', async () => {
        await panel.shell.eval(NOTE_TIMERS);
        for (let round = 0; round < 3; round++) {
            await panel.open();
            await figures();
            expect(await panel.shell.eval<number>('handoverTimers()')).toBeGreaterThan(0);
            await panel.shell.disableExtension(EXTENSION_UUID);
            await traffic.quiet();
            await panel.shell.waitFor('handoverTimers() === 0', 20_000);
            const before = traffic.calls();
            await pause(2500);
            expect(traffic.calls()).toBe(before);
            await panel.shell.enableExtension(EXTENSION_UUID);
            await panel.shell.waitFor(`${Panel.indicator}?.accessible_name.includes('2 machines')`, 20_000);
        }
        await panel.shell.eval('forgetTimers(); null');
    }, 90_000);

    it('are readable on light, too', async () => {
        await panel.open();
        await figures();
        const dark = await colour(below(row));
        expect(dark).toBe(await colour(`${row}.label`));
        await panel.close();
        await panel.shell.eval(`
            new Gio.Settings({schema_id: 'org.gnome.desktop.interface'}).set_string('color-scheme', 'prefer-light');
            null`);
        await pause(500);
        await panel.open();
        await figures();
        const light = await colour(below(row));
        expect(light).toBe(await colour(`${row}.label`));
        expect(light).not.toBe(dark);
        await panel.shell.screenshot(screenshotPath('figures-light'));
    }, 40_000);
});

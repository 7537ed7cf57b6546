// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {APP_ID} from '../../shared/names.js';
import {BusTraffic} from '../bench/busTraffic.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {putFile} from '../fakes/pci/files.js';
import {pause, waitFor} from '../harness/deadline.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {Panel, screenshotPath} from './panel.js';

/** As long as the menu lets the doctor wait, and the doctor looks, with room. */
const LOOK_MS = 3000;
const POOL = '<b>pool \u202eloop';

const plain = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');

describe('what needs attention', () => {
    const virsh = new VirshClient();
    const computer = new FakePciTree().intelGraphics();
    const kvm = `${computer.root.dev}/kvm`;
    let panel: Panel;
    let traffic: BusTraffic;

    const row = `handoverTest.rows(${Panel.menu}).find(item => item.constructor.$gtype.name === 'HandoverFindingsItem')`;
    const texts = async (): Promise<string[] | null> =>
        (
            await panel.shell.eval<string[] | null>(
                `(() => { const row = ${row}; return row ? handoverTest.describe(row).texts : null; })()`,
            )
        )?.map(plain) ?? null;
    const says = (count: string, within = 8000): Promise<string[]> =>
        waitFor(
            count,
            async () => {
                const all = await texts();
                return all?.[0] === count && all;
            },
            {within},
        );
    const isGone = (): Promise<boolean> =>
        waitFor('no row', async () => (await texts()) === null, {within: 8000});

    beforeAll(async () => {
        putFile(kvm, '');
        putFile(`${computer.root.proc}/cpuinfo`, 'flags\t\t: fpu vmx sse\n');
        panel = await Panel.start(
            {hosts: "['session', 'test']", notifications: 'false'},
            {env: {HANDOVER_SYSROOT: computer.folder}},
        );
        await panel.shell.waitFor(`${Panel.indicator}.accessible_name.includes('1 machine')`, 20_000);
        traffic = await BusTraffic.toLibvirt();
    }, 60_000);

    afterAll(async () => {
        await traffic.stop();
        await virsh.try(['pool-destroy', POOL]);
        await virsh.try(['pool-undefine', POOL]);
        await panel.stop();
    });

    afterEach(async () => {
        await panel.close();
        // mutter 48 says this of windows of GTK's, of the app's own among them.
        const faults = panel.shell.faults().filter(line => !line.includes('surface_state_changed'));
        expect(faults).toEqual([]);
    });

    it('is not spoken of while there is nothing', async () => {
        await panel.open();
        await panel.waitForState('test', 'Running');
        await pause(LOOK_MS);
        expect(await texts()).toBeNull();
    }, 20_000);

    it('is said while the menu is open, and no more when it is mended', async () => {
        await panel.open();
        GLib.unlink(kvm);
        const [, first] = await says('1 thing needs attention');
        expect(first).toMatch(/^KVM: There is no \/dev\/kvm/);
        expect(await panel.icon()).toBe('running');
        await panel.shell.screenshot(screenshotPath('attention-dark'));
        putFile(kvm, '');
        await isGone();
    }, 30_000);

    it('counts what there is, whatever it is called', async () => {
        const target = temporaryDirectory('pool');
        const name = GLib.markup_escape_text(POOL, -1);
        const xml = `<pool type='dir'><name>${name}</name><target><path>${target}</path></target></pool>`;
        await virsh.run(['pool-define', '/dev/stdin'], {input: xml});
        await virsh.run(['pool-autostart', POOL]);
        await panel.open();
        GLib.unlink(kvm);
        const [, first] = await says('2 things need attention');
        // What is hard comes first.
        expect(first).toMatch(/^KVM/);
        putFile(kvm, '');
        const [, second] = await says('1 thing needs attention');
        expect(second).toMatch(/^Storage for images, session\/<b>pool loop: It is not started/);
        await panel.shell.eval(`
            new Gio.Settings({schema_id: 'org.gnome.desktop.interface'}).set_string('color-scheme', 'prefer-light');
            null`);
        await pause(500);
        await panel.shell.screenshot(screenshotPath('attention-light'));
        await virsh.run(['pool-start', POOL]);
        await isGone();
    }, 60_000);

    it('is not looked for while the menu is closed', async () => {
        await panel.open();
        await pause(LOOK_MS);
        await panel.close();
        await traffic.quiet();
        const before = traffic.calls();
        await virsh.run(['pool-destroy', POOL]);
        GLib.unlink(kvm);
        await pause(LOOK_MS);
        expect(traffic.members().slice(before)).toEqual([]);
        await panel.open();
        await says('2 things need attention');
    }, 40_000);

    it('leads to the page of the doctor', async () => {
        const app = await BusTraffic.to([APP_ID]);
        await panel.open();
        await says('2 things need attention');
        await panel.shell.clickActor(row);
        await waitFor('the app to be asked', () => app.members().includes('ActivateAction'));
        await panel.shell.waitFor(`!${Panel.menu}.isOpen`);
        await app.stop();
    }, 30_000);
});

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {FakeLibvirt} from '../fakes/fakeLibvirt.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {pciNode, usbInterface, usbNode} from '../unit/setUp/nodeDevices.js';
import {AppProgram} from './appProgram.js';

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

const NODES = [
    usbNode('1-2', {vendor: '0781', product: '5581', names: ['SanDisk', '<b>Ultra</b>']}),
    usbNode('1-3', {vendor: '046d', product: 'c52b', names: ['Logitech', 'Keyboard']}),
    usbInterface('1-3', 3, 1),
    pciNode('0000:05:00.0', 0x040300, {
        names: ['Creative', 'Sound Blaster'],
        group: 30,
        driver: 'snd_hda_intel',
    }),
    pciNode('0000:06:00.0', 0x020000, {names: ['Intel', 'Ethernet']}),
    // A part of the pretended card, which the assistant lends.
    pciNode('0000:03:00.1', 0x040300, {names: ['AMD', 'HDMI Audio'], group: 15}),
];

/** A libvirt with one machine, whose definition and guest can be looked at. */
class OneMachine {
    kept: string;
    live: string;
    readonly impacts: string[] = [];
    refuses = false;

    private constructor(
        readonly libvirt: FakeLibvirt,
        state: number,
    ) {
        this.kept = this.live = `<domain type='test'><name>win</name><memory>8192</memory><devices>
<hostdev mode='subsystem' type='pci' managed='yes'><source><address domain='0' bus='0x66' slot='0' function='0'/></source></hostdev>
</devices></domain>`;
        const {answers} = libvirt;
        const text = (value: string): GLib.Variant => new GLib.Variant('(s)', [value]);
        answers['GetXMLDesc'] = ([flags], path) => {
            const node = /nodedev\/n(\d+)$/.exec(path)?.[1];
            if (node !== undefined) return text(NODES[Number(node)]!);
            return text((Number(flags) & 2) === 2 || state !== 1 ? this.kept : this.live);
        };
        answers['ListNodeDevices'] = () =>
            new GLib.Variant('(ao)', [NODES.map((_node, index) => `/org/libvirt/Test/nodedev/n${index}`)]);
        answers['DomainDefineXML'] = ([xml]) => {
            this.kept = String(xml);
            return new GLib.Variant('(o)', ['/org/libvirt/Test/domain/win']);
        };
        answers['AttachDevice'] = ([xml, impact]) => {
            this.impacts.push(`attach ${String(impact)}`);
            if (this.refuses) return new Error('no free port');
            this.live = this.live.replace('</devices>', `${String(xml)}</devices>`);
            return new GLib.Variant('()', []);
        };
        answers['DetachDevice'] = ([xml, impact]) => {
            this.impacts.push(`detach ${String(impact)}`);
            this.live = this.live.replace(String(xml), '');
            const args = new GLib.Variant('(s)', ['hostdev0']);
            libvirt.signal('/org/libvirt/Test/domain/win', 'org.libvirt.Domain', 'DeviceRemoved', args);
            return new GLib.Variant('()', []);
        };
        for (const index of NODES.keys()) libvirt.serve(`/org/libvirt/Test/nodedev/n${index}`);
    }

    /** @param state libvirt's number: 1 runs, 5 is off */
    static async start(state: number): Promise<OneMachine> {
        return new OneMachine(await FakeLibvirt.start({win: state}), state);
    }
}

describe('the page of other devices', () => {
    let shell: HeadlessShell;
    let one: OneMachine;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
    });
    afterEach(async () => {
        await AppProgram.stopCurrent();
        await one.libvirt.die();
    });
    afterAll(() => shell.stop());

    async function open(look = 'light'): Promise<AppProgram> {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const app = await AppProgram.start(shell, {
            env: {HANDOVER_SYSROOT: fake.folder, ADW_DEBUG_COLOR_SCHEME: `prefer-${look}`},
        });
        await app.activate('show-machine', new GLib.Variant('s', 'test/win'));
        await app.seeAnywhere({name: 'Give other devices…'});
        await shell.pressKeys('Control_L', 'Shift_L', 'd');
        await app.seeAnywhere({name: 'Give: Logitech Keyboard'});
        return app;
    }

    it('puts a device into a machine that is off, and takes it out', async () => {
        one = await OneMachine.start(5);
        const before = one.kept;
        const app = await open();
        await app.press('Give: SanDisk <b>Ultra</b>');
        await app.seeAnywhere({name: 'Remove: SanDisk <b>Ultra</b>'});
        expect(one.kept).toContain("<vendor id='0x0781'/>");
        await app.press('Remove: SanDisk <b>Ultra</b>');
        await app.seeAnywhere({name: 'Give: SanDisk <b>Ultra</b>'});
        expect(one.kept).toBe(before);
        expect(one.impacts).toEqual([]);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('plugs it into a machine that runs, and out of it', async () => {
        one = await OneMachine.start(1);
        const app = await open();
        await app.press('Give: SanDisk <b>Ultra</b>');
        await app.seeAnywhere({name: /In the guest now/});
        expect(one.impacts).toEqual(['attach 1']);
        await app.press('Remove: SanDisk <b>Ultra</b>');
        await app.seeAnywhere({name: 'Give: SanDisk <b>Ultra</b>'});
        expect(one.impacts).toEqual(['attach 1', 'detach 1']);
        expect(one.live).not.toContain('0x0781');
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('warns before Linux loses something, and offers no part of a card', async () => {
        one = await OneMachine.start(5);
        const before = one.kept;
        const app = await open();
        expect(app.find({name: /HDMI Audio/, showing: false})).toBeUndefined();
        await app.press('Give: Creative Sound Blaster');
        await app.see({name: 'Give this device away?'});
        await app.press('Cancel');
        expect(one.kept).toBe(before);
        await app.press('Give: Creative Sound Blaster');
        await app.press('Give', 'button');
        await app.seeAnywhere({name: 'Remove: Creative Sound Blaster'});
        expect(one.kept).toContain("bus='0x05'");
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('changes nothing when libvirt does not allow it', async () => {
        one = await OneMachine.start(1);
        one.refuses = true;
        const before = one.kept;
        const app = await open();
        await app.press('Give: SanDisk <b>Ultra</b>');
        await app.see({name: /libvirt could not do it/});
        await waitFor('the definition as it was', () => one.kept === before);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('shows what is not there any more, and takes it out', async () => {
        one = await OneMachine.start(5);
        const app = await open();
        await app.seeAnywhere({name: /Not there/});
        await app.press('Remove: 0000:66:00.0');
        await waitFor('it is out', () => !one.kept.includes('0x66'));
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    for (const look of ['light', 'dark'] as const)
        it(`is kept as pictures: ${look}`, async () => {
            one = await OneMachine.start(1);
            const app = await open(look);
            await shell.dismissNotifications();
            for (const [size, width, height] of [
                ['wide', 1000, 800],
                ['narrow', 360, 640],
            ] as const) {
                await app.resize(width, height);
                await pause(STILL_MS);
                await app.picture(`devices-${look}-${size}`);
            }
            expect(await app.stop()).toEqual([]);
        }, 60_000);
});

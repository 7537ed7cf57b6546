// SPDX-License-Identifier: GPL-3.0-or-later
import {parseXml} from '../../shared/definition/xmlParser.js';
import {readKept} from '../../shared/machines/redefinition.js';
import {giftIn, giveDevice, takeDevice} from '../../shared/setUp/deviceGift.js';
import {readHostDevices, type HostDevice, sortDevices} from '../../shared/setUp/hostDevices.js';
import {DeviceInUseError, PartOfCardError} from '../../shared/setUp/setUpErrors.js';
import type {SetUpWorld} from '../../shared/setUp/setUpFacts.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {putFile, putLink} from '../fakes/pci/files.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {pciNode, usbNode} from '../unit/setUp/nodeDevices.js';
import {Following} from './following.js';

const DOMAIN = `<domain type='qemu'><name>vm</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><memballoon model='none'/><controller type='usb' model='qemu-xhci'/></devices></domain>`;

const [STICK] = sortDevices([parseXml(usbNode('1-2', {vendor: '0781', product: '5581'})).root], new Set());
/** No computer has a device there, so that nothing of this one is ever moved. */
const [SOUND] = sortDevices([parseXml(pciNode('0000:e1:00.0', 0x040300, {group: 7})).root], new Set()) as [
    HostDevice,
];

describe('Giving devices, with libvirt', () => {
    const virsh = new VirshClient();
    let following: Following;
    let fake: FakePciTree;

    beforeAll(() => new SessionLibvirt().start());
    beforeEach(async () => {
        following = await Following.start('session');
        fake = new FakePciTree().intelGraphics().amdCard();
    });
    afterEach(async () => {
        following.close();
        await virsh.removeAll();
    });

    const world = (): SetUpWorld => ({
        root: fake.root,
        system: null,
        holderOptions: {deviceNumber: path => Promise.resolve(fake.processes.deviceNumber(path))},
    });
    const dump = (): Promise<string> => virsh.run(['dumpxml', '--inactive', 'vm']);

    it('lists what libvirt knows', async () => {
        const {host} = (await virsh.define(DOMAIN), await following.reaches('session/vm', 'shutoff'));
        const devices = await readHostDevices(host, new Set());
        for (const device of devices) expect(device.name).not.toBe('');
    });

    for (const [name, device] of [
        ['USB', STICK!],
        ['PCI', SOUND],
    ] as const)
        it(`puts a ${name} device into the definition of a machine that is off, and takes it out to the byte`, async () => {
            await virsh.define(DOMAIN);
            const machine = await following.reaches('session/vm', 'shutoff');
            const before = await dump();
            await giveDevice(machine, device, world()).finished();
            expect(giftIn(await readKept(machine), device)).not.toBeNull();
            const once = await dump();
            await giveDevice(machine, device, world()).finished();
            expect(await dump()).toBe(once);
            await takeDevice(machine, device).finished();
            expect(await dump()).toBe(before);
            await takeDevice(machine, device).finished();
        });

    it('puts nothing into the definition when the running guest does not get it', async () => {
        await virsh.define(DOMAIN, {start: true});
        const machine = await following.reaches('session/vm', 'running');
        const before = await dump();
        const operation = giveDevice(machine, SOUND, world());
        await expectAsync(operation.finished()).toBeRejected();
        expect(operation.step).toBe('plug');
        expect(describeProblem(operation.error).body).not.toBe('');
        expect(await dump()).toBe(before);
    });

    it('refuses what is in use before libvirt is asked', async () => {
        fake.device('0000:e1:00.0', 0x040300, '1102:0012', {driver: 'snd_hda_intel'});
        fake.use(fake.processes.start({comm: 'player'}), '/dev/snd/pcmC1D3p');
        await virsh.define(DOMAIN, {start: true});
        const machine = await following.reaches('session/vm', 'running');
        const before = await dump();
        const operation = giveDevice(machine, SOUND, world());
        await expectAsync(operation.finished()).toBeRejectedWithError(DeviceInUseError);
        expect(operation.step).toBe('look');
        expect(describeProblem(operation.error).category).toBe('held');
        expect(describeProblem(operation.error).body).toContain('player');
        expect(await dump()).toBe(before);
    });

    it('keeps the disk that the computer runs from out of a machine that is off, too', async () => {
        const [disk] = sortDevices([parseXml(pciNode('0000:e2:00.0', 0x010802, {group: 8})).root], new Set());
        const {sys, proc} = fake.root;
        putLink(
            `${sys}/class/block/nvme0n1p2`,
            '../../devices/pci0000:e0/0000:e2:00.0/nvme/nvme0/nvme0n1/nvme0n1p2',
        );
        await virsh.define(DOMAIN);
        const machine = await following.reaches('session/vm', 'shutoff');
        await giveDevice(machine, disk!, world()).finished();
        await takeDevice(machine, disk!).finished();
        const before = await dump();
        putFile(`${proc}/self/mountinfo`, '30 1 0:27 / / rw - btrfs /dev/nvme0n1p2 rw\n');
        const operation = giveDevice(machine, disk!, world());
        await expectAsync(operation.finished()).toBeRejectedWithError(DeviceInUseError);
        expect(operation.step).toBe('look');
        expect(describeProblem(operation.error).body).toContain('nvme0n1p2');
        expect(await dump()).toBe(before);
    });

    it('leaves cards to the assistant', async () => {
        await virsh.define(DOMAIN);
        const machine = await following.reaches('session/vm', 'shutoff');
        const [part] = sortDevices(
            [parseXml(pciNode('0000:03:00.1', 0x040300, {group: 15})).root],
            new Set(),
        );
        await expectAsync(giveDevice(machine, part!, world()).finished()).toBeRejectedWithError(
            PartOfCardError,
        );
    });

    it('takes a device out of a running guest', async () => {
        // A device that is only in the definition, since no real one can be plugged in here.
        await virsh.define(DOMAIN, {start: true});
        const machine = await following.reaches('session/vm', 'running');
        const before = await dump();
        await virsh.run(['attach-device', 'vm', '/dev/stdin', '--config'], {
            input: "<hostdev mode='subsystem' type='usb'><source><vendor id='0x0781'/><product id='0x5581'/></source></hostdev>",
        });
        const operation = takeDevice(machine, STICK!);
        await operation.finished();
        expect(operation.steps.map(({id}) => id)).toEqual(['define']);
        expect(await dump()).toBe(before);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {parseXml} from '../../../shared/definition/xmlParser.js';
import {serializeElement} from '../../../shared/definition/xmlTree.js';
import {giftOf} from '../../../shared/setUp/deviceGift.js';
import {usersOf} from '../../../shared/setUp/deviceUsers.js';
import {type HostDevice, type PciHostDevice, sortDevices} from '../../../shared/setUp/hostDevices.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {putFile, putFolder, putLink} from '../../fakes/pci/files.js';
import {pciNode, usbInterface, usbNode} from './nodeDevices.js';

const read = (texts: readonly string[], ofCards: readonly string[] = []): HostDevice[] =>
    sortDevices(
        texts.map(text => parseXml(text).root),
        new Set(ofCards),
    );

describe('The devices of a host', () => {
    it('are named, and sorted by name', () => {
        const devices = read([
            usbNode('2-1', {vendor: '046d', product: 'c52b', names: ['Logitech', 'Receiver']}),
            pciNode('0000:05:00.0', 0x040300, {names: ['Creative', 'Sound Blaster'], group: 30}),
            usbNode('2-2', {vendor: '1234', product: '5678', names: ['', '']}),
        ]);
        expect(devices.map(({name}) => name)).toEqual([
            'Creative Sound Blaster',
            'Logitech Receiver',
            'USB 1234:5678',
        ]);
        expect(devices.map(({warning}) => warning)).toEqual(['', '', '']);
        expect(devices[0]).toEqual(
            jasmine.objectContaining({address: '0000:05:00.0', group: 30, driver: null}),
        );
    });

    it('leave out hubs, bridges, what runs the computer, and cards', () => {
        expect(
            read(
                [
                    usbNode('usb1', {vendor: '1d6b', product: '0002'}),
                    usbNode('1-1', {vendor: '05e3', product: '0608'}),
                    usbInterface('1-1', 9),
                    pciNode('0000:00:01.0', 0x060400, {group: 1}),
                    pciNode('0000:00:14.2', 0x050000, {group: 2}),
                    pciNode('0000:01:00.0', 0x030000, {group: 3}),
                    pciNode('0000:01:00.1', 0x040300, {group: 3}),
                    '<device><name>net_lo</name><capability type="net"/></device>',
                    '<device><name>pci_odd</name><capability type="pci"><class>0x040300</class></capability></device>',
                ],
                ['0000:01:00.0', '0000:01:00.1'],
            ),
        ).toEqual([]);
    });

    it('name the place of those that are alike', () => {
        const twins = read([
            usbNode('1-1', {vendor: '046d', product: 'c52b'}),
            usbNode('1-2', {vendor: '046d', product: 'c52b'}),
            usbNode('1-3', {vendor: '046d', product: 'ffff'}),
        ]);
        expect(twins.map(device => (device.kind === 'usb' ? device.gift.place : null))).toEqual([
            {bus: 1, device: 1},
            {bus: 1, device: 2},
            null,
        ]);
        expect(serializeElement(giftOf(twins[2]!))).toBe(
            "<hostdev mode='subsystem' type='usb' managed='yes'><source startupPolicy='optional'>" +
                "<vendor id='0x046d'/><product id='0xffff'/></source></hostdev>",
        );
        expect(serializeElement(giftOf(twins[1]!))).toContain("<address bus='1' device='2'/>");
    });

    it('warn of what Linux uses, of a group that is shared, of none, and of a keyboard', () => {
        const [keyboard, disk, network, sound] = read([
            usbNode('1-1', {vendor: '046d', product: 'c52b', names: ['A', 'keyboard']}),
            usbInterface('1-1', 3, 1),
            pciNode('0000:04:00.0', 0x010802, {names: ['B', 'disk'], group: 12, driver: 'nvme'}),
            pciNode('0000:04:00.1', 0x0c0500, {group: 12}),
            pciNode('0000:00:1c.0', 0x060400, {group: 12}),
            pciNode('0000:05:00.0', 0x020000, {names: ['C', 'network']}),
            pciNode('0000:06:00.0', 0x040300, {names: ['D', 'sound'], group: 13, driver: 'vfio-pci'}),
        ]);
        expect(keyboard?.warning).toContain('Keep another one');
        expect(disk?.warning).toContain('nvme');
        expect(disk?.warning).toContain('0000:04:00.1');
        expect(disk?.warning).not.toContain('1c.0');
        expect(network?.warning).toContain('IOMMU');
        expect(sound?.warning).toBe('');
    });
});

describe('Who uses a device', () => {
    const pci = (address: string): HostDevice => {
        const [device] = read([pciNode(address, 0x010802, {group: 1, names: ['A', 'disk']})]);
        return device as PciHostDevice;
    };

    function look(fake: FakePciTree, device: HostDevice): Promise<string[]> {
        const deviceNumber = (path: string): Promise<string | null> =>
            Promise.resolve(fake.processes.deviceNumber(path));
        return usersOf(fake.root, device, {deviceNumber});
    }

    function disk(fake: FakePciTree, name: string, path: string, number: string): void {
        const {sys} = fake.root;
        putFile(`${sys}/${path}/block/${name}/dev`, `${number}\n`);
        putLink(`${sys}/class/block/${name}`, `../../${path}/block/${name}`);
    }

    it('is nobody', async () => {
        const fake = new FakePciTree().intelGraphics().stranger('15');
        expect(await look(fake, pci('0000:02:00.0'))).toEqual([]);
        expect(await look(fake, pci('0000:77:00.0'))).toEqual([]);
    });

    it('is a program that has its sound open', async () => {
        const fake = new FakePciTree().device('0000:05:00.0', 0x040300, '1102:0012', {
            driver: 'snd_hda_intel',
        });
        const player = fake.processes.start({comm: 'player'});
        fake.use(player, '/dev/snd/pcmC0D3p');
        expect(await look(fake, pci('0000:05:00.0'))).toEqual([`player (${player.pid})`]);
    });

    it('is a disk that is mounted, swapped to, or part of a larger one', async () => {
        const fake = new FakePciTree().stranger('15');
        const path = 'devices/pci0000:00/0000:02:00.0/nvme/nvme0';
        disk(fake, 'nvme0n1p1', path, '259:1');
        disk(fake, 'nvme0n1p2', path, '259:2');
        disk(fake, 'nvme0n1p3', path, '259:3');
        disk(fake, 'sda1', 'devices/pci0000:00/0000:09:00.0', '8:1');
        putFile(
            `${fake.root.proc}/self/mountinfo`,
            '22 1 259:1 / /home rw - ext4 /dev/nvme0n1p1 rw\n23 1 8:1 / /other rw - ext4 /dev/sda1 rw\n',
        );
        putFile(`${fake.root.proc}/swaps`, 'Filename Type\n/dev/nvme0n1p2 partition\n');
        putFolder(`${fake.root.sys}/class/block/nvme0n1p3/holders/dm-0`);
        const users = (await look(fake, pci('0000:02:00.0'))).map(text =>
            text.replace(/[\u2068\u2069]/g, ''),
        );
        expect(users).toEqual(
            jasmine.arrayWithExactContents([
                'the disk nvme0n1p1, mounted at /home',
                'swap space on nvme0n1p2',
                'the disk nvme0n1p3, part of dm-0',
            ]),
        );
    });

    it('is a network that is up', async () => {
        const fake = new FakePciTree();
        for (const [name, state] of [
            ['enp5s0', 'up'],
            ['enp5s1', 'down'],
        ]) {
            const path = `devices/pci0000:00/0000:05:00.0/net/${name}`;
            putFile(`${fake.root.sys}/${path}/operstate`, `${state}\n`);
            putLink(`${fake.root.sys}/class/net/${name}`, `../../${path}`);
        }
        const users = await look(fake, pci('0000:05:00.0'));
        expect(users.length).toBe(1);
        expect(users[0]).toContain('enp5s0');
    });

    it('is found for USB devices, too', async () => {
        const fake = new FakePciTree();
        disk(fake, 'sdb1', 'devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host6', '8:17');
        disk(fake, 'sdc1', 'devices/pci0000:00/0000:00:14.0/usb1/1-22/1-22:1.0/host6', '8:33');
        putFile(
            `${fake.root.proc}/self/mountinfo`,
            '22 1 8:17 / /media/stick rw - vfat /dev/sdb1 rw\n23 1 8:33 / /media/x rw - vfat /dev/sdc1 rw\n',
        );
        const [stick] = read([usbNode('1-2', {vendor: '0781', product: '5581'})]);
        const users = await look(fake, stick!);
        expect(users.length).toBe(1);
        expect(users[0]).toContain('sdb1');
    });
});

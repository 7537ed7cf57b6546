// SPDX-License-Identifier: GPL-3.0-or-later
import {Definition} from '../../../shared/definition/definition.js';
import {domainXml} from './support/domainFiles.js';

const read = (name: string) => Definition.parse(domainXml(name));

/** Some facts of each of a list, to be compared at one glance. */
function facts<T, K extends keyof T>(list: readonly T[], ...names: readonly K[]): T[K][][] {
    return list.map(item => names.map(name => item[name]));
}

describe('Disks', () => {
    it('are read with all that a person asks about', () => {
        expect(read('disk-virtio-qcow2').disks).toEqual([
            {
                type: 'file',
                device: 'disk',
                source: '/var/lib/libvirt/images/system.qcow2',
                sourceHosts: [],
                pciAddress: null,
                format: 'qcow2',
                target: 'vda',
                bus: 'virtio',
                cache: 'none',
                io: 'io_uring',
                discard: 'unmap',
                serial: 'WD-WMAP9A966149',
                bootOrder: 1,
                alias: 'virtio-disk0',
                readOnly: false,
                shareable: false,
                transient: false,
                encrypted: false,
                ioThread: 1,
            },
        ]);
    });

    it('know their bus, said or not', () => {
        expect(read('disk-all-buses').disks.map(({bus}) => bus)).toEqual([
            'virtio',
            'sata',
            'scsi',
            'usb',
            'ide',
            'sd',
        ]);
        expect(facts(read('disk-implied-bus').disks, 'device', 'bus')).toEqual([
            ['disk', 'ide'],
            ['disk', 'virtio'],
            ['disk', 'scsi'],
            ['floppy', 'fdc'],
            ['disk', 'xen'],
        ]);
    });

    it('may be drives without a disk', () => {
        expect(
            facts(read('disk-cdrom-floppy-lun').disks, 'device', 'source', 'readOnly', 'shareable'),
        ).toEqual([
            ['cdrom', '/iso/Windows 11 (x64) – deutsch.iso', true, false],
            ['cdrom', null, true, false],
            ['floppy', '/iso/drivers.vfd', true, false],
            ['lun', '/dev/sdz', false, true],
        ]);
    });

    it('are read-only in every CD-ROM drive, as libvirt has it', () => {
        const drive = "<disk device='cdrom'><source file='/a.iso'/><target dev='sda'/></disk>";
        const {disks} = Definition.parse(`<domain><devices>${drive}</devices></domain>`);
        expect(facts(disks, 'type', 'bus', 'readOnly')).toEqual([['file', 'scsi', true]]);
    });

    it('may be somewhere else', () => {
        expect(facts(read('disk-network').disks, 'source', 'sourceHosts')).toEqual([
            ['rbd:pool/image', ['mon1.example.org:6321', '[2001:db8::1]:6789']],
            ['nbd:export', ['example.org:10809']],
            ['nbd:', ['/var/run/nbdsock']],
            ['iscsi:iqn.2013-07.com.example:iscsi-nopool/2', ['example.com:3260']],
            ['https:cd.iso', ['mirror.example.org:443']],
        ]);
        expect(facts(read('disk-volume-dir-nvme').disks, 'type', 'source', 'pciAddress')).toEqual([
            ['volume', 'default/data.qcow2', null],
            ['dir', '/var/somefiles', null],
            ['nvme', '0000:02:00.0', '0000:02:00.0'],
            ['vhostuser', '/tmp/vhost-blk.sock', null],
            ['vhostvdpa', '/dev/vhost-vdpa-0', null],
        ]);
    });

    it('may be encrypted in either place of the XML', () => {
        expect(facts(read('disk-luks').disks, 'encrypted', 'transient')).toEqual([
            [true, false],
            [true, true],
        ]);
        expect(read('disk-block-slices').disks[0]?.serial).toBe('  spaces kept  ');
    });

    it('have paths with any character', () => {
        expect(facts(read('entities').disks, 'source', 'target')).toEqual([
            [`/a'b"c<d&e f`, 'vda'],
            [`/it's "here" > there`, 'vdb'],
        ]);
        expect(read('weird-whitespace').disks[0]?.source).toBe('/a b c');
    });

    it('may be many', () => {
        const {disks, interfaces} = read('many-devices');
        expect([disks.length, interfaces.length]).toEqual([60, 20]);
        expect(disks.at(-1)?.target).toBe('vdch');
    });
});

describe('Network interfaces', () => {
    it('are read with all that a person asks about', () => {
        expect(read('net-network-bridge-direct').interfaces[0]).toEqual({
            type: 'network',
            mac: '52:54:00:ab:cd:ef',
            model: 'virtio',
            source: 'default',
            pciAddress: null,
            target: 'vnet7',
            linkUp: false,
            vlanTags: [42, 123],
            portGroup: 'engineering',
            filter: 'clean-traffic',
            backend: null,
            mtu: 9000,
            queues: 4,
            bootOrder: 3,
            alias: 'net0',
        });
    });

    it('know what is behind them', () => {
        expect(facts(read('net-network-bridge-direct').interfaces, 'type', 'source')).toEqual([
            ['network', 'default'],
            ['bridge', 'br0'],
            ['direct', 'enp3s0'],
        ]);
        expect(facts(read('net-user-passt').interfaces, 'source', 'backend', 'mac')).toEqual([
            ['wlan0', 'passt', '52:54:00:aa:bb:cc'],
            [null, null, null],
        ]);
        expect(
            facts(read('net-hostdev-vdpa').interfaces, 'type', 'source', 'pciAddress').slice(0, 5),
        ).toEqual([
            ['hostdev', null, '0000:5e:02.7'],
            ['vdpa', '/dev/vhost-vdpa-0', null],
            ['vhostuser', '/tmp/vhost1.sock', null],
            ['ethernet', null, null],
            ['internal', 'mynet', null],
        ]);
    });
});

describe('Passed-through devices', () => {
    it('have the address that sysfs uses', () => {
        expect(
            facts(read('hostdev-pci-gpu').hostDevices, 'type', 'pciAddress', 'managed', 'driver', 'romBar'),
        ).toEqual([
            ['pci', '0000:01:00.0', true, 'vfio', true],
            ['pci', '0000:01:00.1', true, null, false],
            ['pci', '1000:c1:1f.7', false, null, null],
        ]);
        expect(read('hostdev-pci-gpu').hostDevices[0]?.romFile).toBe('/usr/share/vgabios/gpu.rom');
        expect(read('hostdev-pci-gpu').hostDevices[2]?.bootOrder).toBe(1);
        expect(read('hostdev-decimal-address').pciAddresses).toEqual(['0000:0a:08.0']);
    });

    it('are in PCI domain 0 where none is named', () => {
        const device = "<hostdev type='pci'><source><address bus='0x01' slot='0x02'/></source></hostdev>";
        const definition = Definition.parse(`<domain><devices>${device}</devices></domain>`);
        expect(definition.pciAddresses).toEqual(['0000:01:02.0']);
    });

    it('are found wherever they hide', () => {
        expect(read('looking-glass-windows').pciAddresses).toEqual(['0000:03:00.0', '0000:03:00.1']);
        expect(read('net-hostdev-vdpa').pciAddresses).toEqual(['0000:5e:02.7']);
        expect(read('disk-volume-dir-nvme').pciAddresses).toEqual(['0000:02:00.0']);
        expect(read('disk-virtio-qcow2').pciAddresses).toEqual([]);
        expect(read('disk-network').pciAddresses).toEqual([]);
    });

    it('may be on USB, by what or by where they are', () => {
        expect(read('hostdev-usb').hostDevices.map(({usb}) => usb)).toEqual([
            {vendorId: 0x046d, productId: 0xc52b, bus: null, device: null},
            {vendorId: 0x1234, productId: 0xbeef, bus: 1, device: 5},
        ]);
        expect(read('hostdev-decimal-address').hostDevices[1]?.usb).toEqual({
            vendorId: null,
            productId: null,
            bus: 3,
            device: 11,
        });
    });

    it('may be SCSI, mediated, or of a container', () => {
        expect(facts(read('hostdev-scsi').hostDevices, 'type', 'source')).toEqual([
            ['scsi', 'scsi_host0'],
            ['scsi', 'iqn.2014-08.com.example:iscsi-nopool/1'],
            ['scsi_host', 'naa.50014057667280d8'],
        ]);
        expect(read('hostdev-mdev').hostDevices[0]?.mdevUuid).toBe('c2177883-f1bb-47f0-914d-32a22e3a8804');
        expect(facts(read('lxc-container').hostDevices, 'mode', 'type', 'source')).toEqual([
            ['capabilities', 'storage', '/dev/sdf1'],
            ['capabilities', 'misc', '/dev/input/event3'],
            ['capabilities', 'net', 'eth0'],
        ]);
    });
});

describe('Displays', () => {
    it('know their ports', () => {
        expect(facts(read('graphics-spice').graphics, 'type', 'port', 'tlsPort', 'autoPort', 'gl')).toEqual([
            ['spice', 5901, 5902, true, true],
        ]);
        expect(
            facts(read('graphics-vnc').graphics, 'port', 'webSocketPort', 'autoPort', 'hasPassword'),
        ).toEqual([
            [5904, 5700, false, true],
            [null, null, true, false],
        ]);
        expect(facts(read('graphics-headless').graphics, 'type', 'port', 'autoPort', 'gl')).toEqual([
            ['egl-headless', null, false, true],
            ['spice', null, true, false],
            ['dbus', null, false, true],
            ['vnc', null, true, false],
        ]);
    });

    it('know where they listen', () => {
        expect(read('graphics-spice').graphics[0]?.listens).toEqual([
            {type: 'address', address: '127.0.0.1', network: null, socket: null},
        ]);
        expect(read('graphics-vnc').graphics[0]?.listens[0]?.network).toBe('default');
        expect(read('graphics-vnc').graphics[1]?.listens).toEqual([
            {type: 'socket', address: null, network: null, socket: '/run/vnc.sock'},
        ]);
        expect(read('xen-hvm').graphics[0]?.listens[0]?.address).toBe('0.0.0.0');
        expect(read('graphics-headless').graphics[1]?.listens[0]?.type).toBe('none');
    });

    it('never show a password', () => {
        expect(JSON.stringify(read('graphics-vnc').graphics)).not.toContain('s3cr');
    });

    it('are drawn by cards', () => {
        expect(read('graphics-spice').videos).toEqual([
            {
                model: 'virtio',
                vramKib: null,
                ramKib: null,
                heads: 2,
                primary: true,
                accelerated3d: true,
                resolution: {width: 2560, height: 1440},
            },
        ]);
        expect(facts(read('graphics-vnc').videos, 'model', 'vramKib', 'heads', 'primary')).toEqual([
            ['vga', 16384, 1, true],
            ['qxl', 65536, 4, false],
        ]);
        expect(read('looking-glass-windows').videos[0]?.model).toBe('none');
    });
});

describe('The other devices', () => {
    it('share memory', () => {
        expect(read('shmem-variants').sharedMemories).toEqual([
            {name: 'my_shmem0', model: 'ivshmem-plain', sizeBytes: 4194304, serverPath: null},
            {
                name: 'shmem_server',
                model: 'ivshmem-doorbell',
                sizeBytes: 2097152,
                serverPath: '/tmp/socket-shmem',
            },
            {name: 'bare', model: 'ivshmem', sizeBytes: null, serverPath: null},
        ]);
        expect(read('looking-glass-windows').sharedMemories[0]?.sizeBytes).toBe(128 * 1024 * 1024);
    });

    it('keep secrets', () => {
        expect(facts(read('tpm-variants').tpms, 'backend', 'devicePath', 'version')).toEqual([
            ['passthrough', '/dev/tpm0', null],
        ]);
        expect(
            facts(read('tpm-emulator-encrypted').tpms, 'model', 'version', 'persistentState', 'encrypted'),
        ).toEqual([['tpm-crb', '2.0', true, true]]);
    });

    it('talk to agents', () => {
        const {channels, guestAgent} = read('channels-agents');
        expect(guestAgent).toEqual({
            type: 'unix',
            targetType: 'virtio',
            name: 'org.qemu.guest_agent.0',
            path: '/run/libvirt/qemu/channel/1-agent/org.qemu.guest_agent.0',
            connected: true,
        });
        expect(facts(channels, 'type', 'targetType').at(-1)).toEqual(['pty', 'guestfwd']);
        expect(read('graphics-spice').channels[0]?.connected).toBeFalse();
        expect(read('graphics-spice').guestAgent).toBeNull();
    });

    it('share folders', () => {
        expect(facts(read('filesystems').filesystems, 'driver', 'source', 'target', 'readOnly')).toEqual([
            ['virtiofs', '/home/user/Geteilte Ordner', 'share', false],
            ['path', '/export/to/guest', '/import/from/host', true],
            ['virtiofs', '/tmp/sock', 'tag', false],
            [null, 'my-vm-template', '/', false],
        ]);
        expect(facts(read('lxc-container').filesystems, 'type', 'source')).toEqual([
            ['mount', '/var/lib/machines/debian'],
            ['ram', '1'],
            ['file', '/images/data.img'],
        ]);
        expect(read('filesystem-volume').filesystems[0]?.source).toBe('default/container');
    });

    it('are all listed, known or not', () => {
        expect(facts(read('watchdog-panic-rng').devices, 'kind', 'model')).toEqual([
            ['watchdog', 'itco'],
            ['watchdog', 'i6300esb'],
            ['panic', 'isa'],
            ['panic', 'hyperv'],
            ['panic', 'pvpanic'],
            ['rng', 'virtio'],
            ['rng', 'virtio'],
            ['rng', 'virtio'],
        ]);
        expect(facts(read('iommu-vsock').devices, 'kind', 'type', 'model')).toEqual([
            ['iommu', null, 'intel'],
            ['vsock', null, 'virtio'],
            ['crypto', 'qemu', 'virtio'],
            ['nvram', null, null],
        ]);
        expect(read('inputs').devices.map(({type}) => type)).toEqual([
            'tablet',
            'mouse',
            'keyboard',
            'passthrough',
            'evdev',
        ]);
        expect(read('controllers').devices[2]?.model).toBe('pcie-root-port');
    });

    it('may be hidden in arguments of QEMU, whatever the prefix', () => {
        expect(read('qemu-commandline-override').qemuArguments).toEqual([
            '-global',
            'ICH9-LPC.disable_s3=1',
            '-fw_cfg',
            `name=opt/x,string=a"b'c&d<e>f`,
            '',
        ]);
        expect(read('qemu-other-prefix').qemuArguments).toEqual(['-nodefaults']);
        expect(read('bhyve').qemuArguments).toEqual([]);
        expect(read('looking-glass-windows').qemuArguments[3]).toContain("'mem-path':'/dev/kvmfr0'");
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Definition} from '../../../shared/definition/definition.js';
import type {SysRoot} from '../../../shared/gpu/sysRoot.js';
import {readDevices, readHostCapacity, unseenDevices} from '../../../shared/health/machine/hostReading.js';
import {growthOf, parseImage} from '../../../shared/health/machine/imageChain.js';
import {findQemuProcess, pidFileFolder} from '../../../shared/health/machine/qemuProcess.js';
import {valueOf} from './pretended.js';
import {runProgram} from '../../harness/program.js';
import {drop, putFile, putFolder, putLink} from '../../fakes/pci/files.js';
import {machineWith} from './pretended.js';

const UUID = '230d977e-e225-4159-8720-771f8ca81811';
const OTHER = '11111111-e225-4159-8720-771f8ca81811';

let top = '';
let root: SysRoot = {sys: '', proc: '', dev: '', run: ''};

beforeEach(() => {
    top = GLib.Dir.make_tmp('handover-health-XXXXXX');
    root = {sys: `${top}/sys`, proc: `${top}/proc`, dev: `${top}/dev`, run: `${top}/run`};
    putFile(`${root.proc}/1/comm`, 'systemd\n');
    putFile(`${root.proc}/1/cmdline`, '/sbin/init\0');
});

afterEach(() => drop(top));

function runQemu(pid: number, uuid: string, comm = 'qemu-system-x86'): void {
    putFile(`${root.proc}/${pid}/comm`, `${comm}\n`);
    putFile(
        `${root.proc}/${pid}/cmdline`,
        `/usr/bin/qemu-system-x86_64\0-name\0guest=m\0-uuid\0${uuid}\0-S\0`,
    );
}

describe('The process of a machine', () => {
    const search = (name = 'm'): ReturnType<typeof findQemuProcess> =>
        findQemuProcess({proc: root.proc, pidFiles: `${root.run}/libvirt/qemu`}, name, UUID);

    it('is known by its file', async () => {
        runQemu(77, UUID);
        putFile(`${root.run}/libvirt/qemu/m.pid`, '77\n');
        expect(valueOf(await search())).toEqual({pid: 77, foundBy: 'pid-file'});
    });

    it('is searched for when the file is old, no file, or of a name that is none', async () => {
        runQemu(77, UUID);
        runQemu(78, OTHER);
        putFile(`${root.run}/libvirt/qemu/m.pid`, '78\n');
        expect(valueOf(await search())).toEqual({pid: 77, foundBy: 'search'});
        for (const name of ['other', '../m', '', '..'])
            expect(valueOf(await search(name)))
                .withContext(name)
                .toEqual({pid: 77, foundBy: 'search'});
    });

    it('does not leave the folder by its name', async () => {
        putFolder(`${root.run}/libvirt/qemu`);
        runQemu(77, UUID);
        putFile(`${root.run}/libvirt/m.pid`, '77\n');
        expect(valueOf(await search('../m'))?.foundBy).toBe('search');
    });

    it('is not there: nobody has its UUID, or who has it is not QEMU', async () => {
        runQemu(78, OTHER);
        runQemu(79, UUID, 'grep');
        expect(await search()).toEqual({known: true, value: null});
    });

    it('cannot be told where processes cannot be seen', async () => {
        drop(`${root.proc}/1`);
        runQemu(78, OTHER);
        expect((await search()).known).toBeFalse();
        drop(root.proc);
        expect((await search()).known).toBeFalse();
    });

    it('is not waited for where programs that call themselves QEMU do not let themselves be looked into', async () => {
        const pipes = [10, 11, 12, 13].map(pid => `${root.proc}/${pid}/cmdline`);
        for (const [at, pipe] of pipes.entries()) {
            putFile(`${root.proc}/${10 + at}/comm`, 'qemu-system-x86\n');
            await runProgram(['mkfifo', pipe]);
        }
        const began = GLib.get_monotonic_time();
        expect((await search()).known).toBeFalse();
        expect((GLib.get_monotonic_time() - began) / 1e6).toBeLessThan(4);
        // Whoever still waits is let go.
        for (const pipe of pipes) await runProgram(['sh', '-c', ': <>"$0"', pipe]);
    }, 20_000);

    it('has its file where libvirt is', () => {
        expect(pidFileFolder(true, '/run/user/1000')).toBe('/run/user/1000/libvirt/qemu/run');
        expect(pidFileFolder(false, '/run/user/1000')).toBe('/run/libvirt/qemu');
    });
});

describe('What the computer has', () => {
    it('is read', async () => {
        putFile(`${root.sys}/devices/system/cpu/online`, '0-3,8\n');
        putFile(`${root.proc}/meminfo`, 'MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    600 kB\n');
        expect(valueOf(await readHostCapacity(root))).toEqual({cpus: 5, memoryKib: 1000, availableKib: 600});
    });

    it('may be unreadable', async () => {
        expect((await readHostCapacity(root)).known).toBeFalse();
        putFile(`${root.sys}/devices/system/cpu/online`, '0-3\n');
        expect((await readHostCapacity(root)).known).toBeFalse();
        putFile(`${root.proc}/meminfo`, 'MemTotal: lots\nMemAvailable: 1 kB\n');
        expect((await readHostCapacity(root)).known).toBeFalse();
    });
});

describe('The devices that a machine names', () => {
    const CARD = '0000:01:00.0';
    const definition = machineWith(`
        <hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>
        <hostdev mode='subsystem' type='usb'><source><vendor id='0x046d'/><product id='0xc52b'/></source></hostdev>`);

    it('are there, with their drivers and owners', async () => {
        putFolder(`${root.sys}/bus/pci/devices/${CARD}`);
        putLink(`${root.sys}/bus/pci/devices/${CARD}/driver`, '../../drivers/vfio-pci');
        const usb = `${root.sys}/bus/usb/devices`;
        putFile(`${usb}/1-2/idVendor`, '046d\n');
        putFile(`${usb}/1-2/idProduct`, 'c52b\n');
        putFile(`${usb}/1-2/product`, 'Receiver\n');
        putFolder(`${usb}/1-2:1.0`);
        const [pci, stick] = await readDevices(root, definition, [
            {name: 'other', pciAddresses: [CARD], usb: []},
        ]);
        expect(pci).toEqual({
            kind: 'pci',
            id: CARD,
            name: null,
            there: true,
            driver: 'vfio-pci',
            otherMachine: 'other',
        });
        expect(stick).toEqual({
            kind: 'usb',
            id: '046d:c52b',
            name: 'Receiver',
            there: true,
            driver: null,
            otherMachine: null,
        });
    });

    it('are gone, or cannot be looked up', async () => {
        putFolder(`${root.sys}/bus/pci/devices`);
        putFile(`${root.sys}/bus/usb/devices/1-2/idVendor`, '046d\n');
        putFile(`${root.sys}/bus/usb/devices/1-2/idProduct`, 'ffff\n');
        expect((await readDevices(root, definition, [])).map(({there}) => there)).toEqual([false, false]);
        drop(`${root.sys}/bus`);
        expect((await readDevices(root, definition, [])).map(({there}) => there)).toEqual([null, null]);
    });

    it('are told apart where there are two of a kind', async () => {
        const usb = `${root.sys}/bus/usb/devices`;
        for (const [name, device] of [
            ['1-1', '4'],
            ['1-2', '5'],
        ] as const) {
            putFile(`${usb}/${name}/idVendor`, '046d\n');
            putFile(`${usb}/${name}/idProduct`, 'c52b\n');
            putFile(`${usb}/${name}/busnum`, '1\n');
            putFile(`${usb}/${name}/devnum`, `${device}\n`);
        }
        putLink(`${usb}/1-1:1.0/driver`, '../../drivers/usbhid');
        putLink(`${usb}/1-2:1.1/driver`, '../../drivers/usbfs');
        const source = {vendorId: 0x046d, productId: 0xc52b, bus: 1, device: 5};
        const others = [{name: 'other', pciAddresses: [], usb: [source]}];
        const named = (device: number): Definition =>
            machineWith(
                `<hostdev mode='subsystem' type='usb'><source><vendor id='0x046d'/><product id='0xc52b'/>
                 <address bus='1' device='${device}'/></source></hostdev>`,
            );
        expect(await readDevices(root, named(4), others)).toEqual([
            jasmine.objectContaining({there: true, driver: 'usbhid', otherMachine: null}),
        ]);
        expect(await readDevices(root, named(5), others)).toEqual([
            jasmine.objectContaining({there: true, driver: 'usbfs', otherMachine: 'other'}),
        ]);
        expect(unseenDevices(named(5)).map(({id, there}) => [id, there])).toEqual([['046d:c52b', null]]);
    });
});

describe('What qemu-img tells', () => {
    const TOP = {
        filename: '/i/top.qcow2',
        format: 'qcow2',
        'virtual-size': 1000,
        'actual-size': 300,
        'backing-filename': 'base.qcow2',
        'full-backing-filename': '/i/base.qcow2',
        'format-specific': {type: 'qcow2', data: {corrupt: true}},
    };
    const BASE = {filename: '/i/base.qcow2', format: 'qcow2', 'virtual-size': 1000, 'actual-size': 900};

    const read = (...images: readonly object[]) =>
        images.flatMap(image => parseImage(JSON.stringify(image)) ?? []);

    it('is read', () => {
        const chain = read(TOP, BASE);
        expect(chain.map(({path, backing, corrupt}) => [path, backing, corrupt])).toEqual([
            ['/i/top.qcow2', '/i/base.qcow2', true],
            ['/i/base.qcow2', null, false],
        ]);
        expect(growthOf(chain)).toBe(700);
    });

    it('grows no further than to its size, and may not tell', () => {
        expect(growthOf(read({...BASE, 'actual-size': 1100}))).toBe(0);
        expect(growthOf(read({filename: 'x', format: 'raw', 'virtual-size': 1}))).toBeNull();
        expect(growthOf([])).toBeNull();
    });

    it('is no image', () => {
        for (const text of [
            '',
            '{}',
            '[]',
            '1',
            'null',
            '{"filename":"x"}',
            '{"filename":1',
            JSON.stringify([BASE]),
        ])
            expect(parseImage(text)).withContext(text.slice(0, 30)).toBeNull();
    });
});

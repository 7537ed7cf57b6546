// SPDX-License-Identifier: GPL-3.0-or-later
import type {SysRoot} from '../../shared/gpu/sysRoot.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {FakeClock} from './pci/fakeClock.js';
import {FakeKernel} from './pci/fakeKernel.js';
import {type FakeProcess, FakeProcesses} from './pci/fakeProcesses.js';
import {putFile, putFolder} from './pci/files.js';
import type {DeviceSpec} from './pci/specs.js';

/** More about a function than what it is. */
export type DeviceOptions = Partial<Omit<DeviceSpec, 'address' | 'classCode' | 'id'>>;

/**
 * A machine in a folder: /sys, /proc, /dev and /run, with a kernel that acts on what is written.
 *
 * It is built from its parts: `new FakePciTree().intelGraphics().nvidiaCard()`.
 */
export class FakePciTree {
    readonly root: SysRoot;
    readonly clock = new FakeClock();
    readonly processes: FakeProcesses;
    readonly kernel: FakeKernel;
    #iommu = true;
    #consoleBound = true;

    /** The folder that holds it all: what HANDOVER_SYSROOT is to a program that is built for tests. */
    readonly folder = temporaryDirectory('pci');

    constructor() {
        const {folder} = this;
        this.root = {
            sys: `${folder}/sys`,
            proc: `${folder}/proc`,
            dev: `${folder}/dev`,
            run: `${folder}/run`,
        };
        for (const place of ['bus/pci/devices', 'bus/pci/drivers', 'class', 'kernel/iommu_groups', 'module'])
            putFolder(`${this.root.sys}/${place}`);
        putFolder(this.root.run);
        this.processes = new FakeProcesses(this.root.proc);
        this.kernel = new FakeKernel(this.root, this.processes, this.clock);
        this.#writeConsoles();
        let events = '';
        this.kernel.onEvent((action, subsystem, address) => {
            events += `${action} ${subsystem} ${address}\n`;
            putFile(`${folder}/uevents`, events);
        });
    }

    /** The firmware has the IOMMU off: cards that are added from here on have no group. */
    withoutIommu(): this {
        this.#iommu = false;
        return this;
    }

    /** No text console draws on a card. */
    withoutConsole(): this {
        this.#consoleBound = false;
        this.#writeConsoles();
        return this;
    }

    /** Adds any function; the driver's module is loaded. */
    device(address: string, classCode: number, id: string, options: DeviceOptions = {}): this {
        const {group, ...others} = options;
        const spec = {
            address,
            classCode,
            id,
            ...others,
            ...(this.#iommu && group !== undefined ? {group} : {}),
        };
        const device = this.kernel.plug(spec);
        if (spec.driver !== undefined) this.kernel.bindNow(device, spec.driver);
        return this;
    }

    /** A port of the root complex, in the group of the card behind it. */
    port(address: string, group: string): this {
        return this.device(address, 0x060400, '8086:460d', {group, driver: 'pcieport'});
    }

    /** The graphics of an Intel processor, on which the desktop runs. */
    intelGraphics(): this {
        return this.device('0000:00:02.0', 0x030000, '8086:4680', {
            subsystem: '1043:8694',
            group: '0',
            driver: 'i915',
            bootVga: true,
            i2c: 2,
            framebuffer: true,
            connectors: [{name: 'DP-1', connected: true, enabled: true}, {name: 'HDMI-A-1'}],
        });
    }

    /** The graphics of an AMD processor: its slot holds the machine's own USB and sound, too. */
    amdGraphics(): this {
        return this.device('0000:0a:00.0', 0x030000, '1002:164e', {
            subsystem: '1043:8877',
            group: '20',
            driver: 'amdgpu',
            bootVga: true,
            i2c: 1,
            framebuffer: true,
            connectors: [{name: 'HDMI-A-2', connected: true, enabled: true}],
        })
            .device('0000:0a:00.1', 0x040300, '1002:1640', {group: '21', driver: 'snd_hda_intel'})
            .device('0000:0a:00.2', 0x108000, '1022:1649', {group: '22'})
            .device('0000:0a:00.3', 0x0c0330, '1022:15b6', {group: '23', driver: 'xhci_hcd'})
            .device('0000:0a:00.6', 0x040300, '1022:15e3', {group: '24', driver: 'snd_hda_intel'});
    }

    /** An NVIDIA card with its four functions, on NVIDIA's own driver. */
    nvidiaCard(slot = '0000:01:00', group = '14'): this {
        this.port('0000:00:01.0', group)
            .device(`${slot}.0`, 0x030000, '10de:1e84', {
                subsystem: '1043:8728',
                group,
                driver: 'nvidia',
                bootVga: false,
                i2c: 3,
                connectors: [{name: 'DP-2'}, {name: 'DP-3'}],
                attributes: {reset_method: 'flr bus', power_state: 'D0', d3cold_allowed: '1'},
            })
            .device(`${slot}.1`, 0x040300, '10de:10f8', {group, driver: 'snd_hda_intel'})
            .device(`${slot}.2`, 0x0c0330, '10de:1ad8', {group, driver: 'xhci_hcd'})
            .device(`${slot}.3`, 0x0c8000, '10de:1ad9', {group, driver: 'nvidia-gpu'});
        for (const name of ['nvidia_modeset', 'nvidia_drm', 'nvidia_uvm']) this.kernel.loadNow(name);
        return this;
    }

    /** An AMD card with its sound. */
    amdCard(slot = '0000:03:00', group = '15'): this {
        return this.device(`${slot}.0`, 0x030000, '1002:744c', {
            subsystem: '1eae:7901',
            group,
            driver: 'amdgpu',
            bootVga: false,
            i2c: 1,
            connectors: [{name: 'DP-4'}],
            attributes: {reset_method: 'bus'},
        }).device(`${slot}.1`, 0x040300, '1002:ab30', {group, driver: 'snd_hda_intel'});
    }

    /** An Intel Arc card; its sound is a function of its own behind a switch. */
    arcCard(): this {
        return this.device('0000:03:00.0', 0x030000, '8086:56a0', {
            subsystem: '8086:1020',
            group: '16',
            driver: 'xe',
            bootVga: false,
            connectors: [{name: 'DP-5'}],
            attributes: {reset_method: 'flr'},
        });
    }

    /** The second chip of a laptop, which has no sockets of its own and sleeps. */
    laptopChip(): this {
        this.device('0000:01:00.0', 0x030200, '10de:25a2', {
            subsystem: '17aa:3a5d',
            group: '14',
            driver: 'nvidia',
            attributes: {'power/runtime_status': 'suspended', 'power/control': 'auto', power_state: 'D3cold'},
        });
        for (const name of ['nvidia_modeset', 'nvidia_drm']) this.kernel.loadNow(name);
        return this;
    }

    /** What a virtual lab has: a card of QEMU's for the desktop, and a virtio one with sound to lend. */
    labCards(): this {
        return this.device('0000:00:02.0', 0x030000, '1234:1111', {
            subsystem: '1af4:1100',
            group: '1',
            driver: 'bochs-drm',
            bootVga: true,
        })
            .device('0000:01:00.0', 0x030000, '1af4:1050', {
                subsystem: '1af4:1100',
                group: '6',
                driver: 'virtio-pci',
                bootVga: false,
            })
            .device('0000:01:00.1', 0x040300, '8086:293e', {
                subsystem: '1af4:1100',
                group: '6',
                driver: 'snd_hda_intel',
            });
    }

    /** A disk that shares the IOMMU group of a card. */
    stranger(group: string): this {
        return this.device('0000:02:00.0', 0x010802, '144d:a80a', {group, driver: 'nvme'});
    }

    /** A process opens a device node, e.g. `/dev/dri/card1`. */
    use(process: FakeProcess, path: string, info: readonly string[] = []): number {
        const descriptor = process.open(path, this.kernel.numberOf(path), info);
        this.kernel.modules.update();
        return descriptor;
    }

    /** Gives functions to vfio-pci, as libvirt and administrators do. */
    async lend(...addresses: readonly string[]): Promise<void> {
        await this.kernel.loadModules(['vfio_pci']);
        for (const address of addresses) await this.#move(address, 'vfio-pci');
    }

    /** Gives functions back to their own drivers. */
    async giveBack(...addresses: readonly string[]): Promise<void> {
        for (const address of addresses) await this.#move(address, '');
    }

    async #move(address: string, override: string): Promise<void> {
        const {kernel, root} = this;
        const driver = kernel.device(address).driver?.name;
        await kernel.write(`${root.sys}/bus/pci/devices/${address}/driver_override`, `${override}\n`);
        if (driver !== undefined) await kernel.write(`${root.sys}/bus/pci/drivers/${driver}/unbind`, address);
        await kernel.write(`${root.sys}/bus/pci/drivers_probe`, address);
    }

    #writeConsoles(): void {
        const {sys} = this.root;
        putFile(`${sys}/class/vtconsole/vtcon0/name`, '(S) dummy device\n');
        putFile(`${sys}/class/vtconsole/vtcon0/bind`, '0\n');
        putFile(`${sys}/class/vtconsole/vtcon1/name`, '(M) frame buffer device\n');
        putFile(`${sys}/class/vtconsole/vtcon1/bind`, this.#consoleBound ? '1\n' : '0\n');
    }
}

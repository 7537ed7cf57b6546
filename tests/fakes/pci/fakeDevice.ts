// SPDX-License-Identifier: GPL-3.0-or-later
import {drop, putFile, putFolder, putLink} from './files.js';
import type {DeviceSpec, DriverSpec} from './specs.js';

/** A device node that a driver made. */
export interface FakeNode {
    /** Below /dev, e.g. `dri/card1`. */
    readonly path: string;
    /** `major:minor` */
    readonly device: string;
    /** The module that counts who has it open. */
    readonly module: string | null;
    /** Its folder and its link below sysfs, which go with it. */
    readonly folder: string;
    readonly classLink: string;
}

/** A function of the pretended machine, with its folder below sysfs. */
export class FakeDevice {
    driver: DriverSpec | null = null;
    override: string | null = null;
    nodes: FakeNode[] = [];

    constructor(
        readonly sys: string,
        readonly spec: DeviceSpec,
        readonly address: string = spec.address,
    ) {}

    /** `devices/pci0000:00/0000:01:00.0`, as links below /sys name it. */
    get path(): string {
        return `devices/pci0000:00/${this.address}`;
    }

    get folder(): string {
        return `${this.sys}/${this.path}`;
    }

    get isDisplay(): boolean {
        return this.spec.classCode >> 16 === 0x03;
    }

    /** It appears on the bus. */
    plug(): void {
        const {classCode, id, subsystem, group, bootVga, attributes = {}, virtualOf} = this.spec;
        const [vendor = '', device = ''] = id.split(':');
        this.put('class', `0x${classCode.toString(16).padStart(6, '0')}`);
        this.put('vendor', `0x${vendor}`);
        this.put('device', `0x${device}`);
        const [subsystemVendor, subsystemDevice] = subsystem?.split(':') ?? ['0000', '0000'];
        this.put('subsystem_vendor', `0x${subsystemVendor}`);
        this.put('subsystem_device', `0x${subsystemDevice}`);
        this.put('modalias', `pci:v0000${vendor.toUpperCase()}d0000${device.toUpperCase()}`);
        this.setOverride(null);
        putFile(`${this.folder}/remove`, '');
        if (bootVga !== undefined) this.put('boot_vga', bootVga ? '1' : '0');
        for (const [name, value] of Object.entries(attributes)) this.put(name, value);
        if (virtualOf !== undefined) putLink(`${this.folder}/physfn`, `../${virtualOf}`);
        putLink(`${this.sys}/bus/pci/devices/${this.address}`, `../../../${this.path}`);
        if (group !== undefined) {
            putLink(`${this.folder}/iommu_group`, `../../../kernel/iommu_groups/${group}`);
            putLink(
                `${this.sys}/kernel/iommu_groups/${group}/devices/${this.address}`,
                `../../../../${this.path}`,
            );
        }
    }

    /** It is gone from the bus. */
    unplug(): void {
        const {group} = this.spec;
        drop(`${this.sys}/bus/pci/devices/${this.address}`);
        if (group !== undefined) drop(`${this.sys}/kernel/iommu_groups/${group}/devices/${this.address}`);
        drop(this.folder);
    }

    setOverride(driver: string | null): void {
        this.override = driver;
        this.put('driver_override', driver ?? '(null)');
    }

    setDriver(driver: DriverSpec | null): void {
        if (this.driver) drop(`${this.sys}/bus/pci/drivers/${this.driver.name}/${this.address}`);
        this.driver = driver;
        if (!driver) {
            drop(`${this.folder}/driver`);
            return;
        }
        putLink(`${this.folder}/driver`, `../../../bus/pci/drivers/${driver.name}`);
        putLink(`${this.sys}/bus/pci/drivers/${driver.name}/${this.address}`, `../../../../${this.path}`);
    }

    /** Adds a device node below `place`, with its link in a class. */
    addNode(
        place: string,
        className: string,
        name: string,
        device: string,
        module: string | null,
        node: string,
    ): void {
        const folder = `${this.folder}/${place}/${name}`;
        putFile(`${folder}/dev`, `${device}\n`);
        const classLink = `${this.sys}/class/${className}/${name}`;
        putLink(classLink, `../../${this.path}/${place}/${name}`);
        this.nodes.push({path: node, device, module, folder, classLink});
    }

    addConnectors(card: string): void {
        for (const {name, connected = false, enabled = false} of this.spec.connectors ?? []) {
            const folder = `${this.folder}/drm/${card}/${card}-${name}`;
            putFile(`${folder}/status`, connected ? 'connected\n' : 'disconnected\n');
            putFile(`${folder}/enabled`, enabled ? 'enabled\n' : 'disabled\n');
        }
    }

    /** @returns the nodes that it had */
    dropNodes(): FakeNode[] {
        const gone = this.nodes;
        this.nodes = [];
        for (const {folder, classLink} of gone) {
            drop(folder);
            drop(classLink);
        }
        for (const place of ['drm', 'sound', 'graphics']) drop(`${this.folder}/${place}`);
        return gone;
    }

    makeFolder(name: string): void {
        putFolder(`${this.folder}/${name}`);
    }

    put(name: string, value: string): void {
        putFile(`${this.folder}/${name}`, `${value}\n`);
    }
}

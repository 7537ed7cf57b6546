// SPDX-License-Identifier: GPL-3.0-or-later
import {linkName, readAttribute} from '../platform/files.js';
import type {SysRoot} from './sysRoot.js';

/** What a PCI function is, as long as it stays at its address. Numbers are lower-case hexadecimal without `0x`. */
export interface PciFacts {
    /** `0000:01:00.0` */
    readonly address: string;
    /** Base class, subclass and interface as one number, e.g. 0x030000. */
    readonly classCode: number;
    readonly vendor: string;
    readonly device: string;
    /** Null where there is no subsystem, as on bridges. */
    readonly subsystemVendor: string | null;
    readonly subsystemDevice: string | null;
    /** Whether it is a virtual function of another (SR-IOV), which shares its slot but not its fate. */
    readonly virtual: boolean;
}

/** A PCI function with what changes while Linux runs. */
export interface PciFunction extends PciFacts {
    /** The Linux driver that is bound to it; null when none is. */
    readonly driver: string | null;
    /** Number of its IOMMU group; null without an IOMMU. */
    readonly iommuGroup: string | null;
}

const DISPLAY = 0x03;
const BRIDGE = 0x06;
/** Sound, USB and UCSI: what cards bring along besides the display function. */
const COMPANIONS: ReadonlySet<number> = new Set([0x0403, 0x0c03, 0x0c80]);

/** VGA, XGA, 3D and other display controllers. */
export function isDisplayClass(classCode: number): boolean {
    return classCode >> 16 === DISPLAY;
}

/** Bridges may stay with Linux while the rest of their group is lent. */
export function isBridge({classCode}: PciFacts): boolean {
    return classCode >> 16 === BRIDGE;
}

/** Whether it is of a class that cards carry besides their display function. */
export function isCompanion({classCode}: PciFacts): boolean {
    return COMPANIONS.has(classCode >> 8);
}

/**
 * vfio-pci and its variants for one device each, as `nvgrace-gpu-vfio-pci`
 * (https://docs.kernel.org/driver-api/vfio-pci-device-specific-driver-acceptance.html).
 */
export function isVfioDriver(driver: string | null): boolean {
    return driver !== null && /(^|[-_])vfio[-_]pci$/.test(driver);
}

/** The folder of a function below sysfs. */
export function functionPath(root: SysRoot, address: string): string {
    return `${root.sys}/bus/pci/devices/${address}`;
}

/**
 * The class of a function, e.g. 0x030000.
 *
 * @returns null when it is gone, or does not tell
 */
export async function readClass(root: SysRoot, address: string): Promise<number | null> {
    const text = await readHex(`${functionPath(root, address)}/class`);
    return text === null ? null : Number.parseInt(text, 16);
}

/**
 * Reads what a function is.
 *
 * @returns null when it is gone, or does not tell
 */
export async function readPciFacts(
    root: SysRoot,
    address: string,
    classCode: number,
): Promise<PciFacts | null> {
    const folder = functionPath(root, address);
    const [vendor, device, subsystemVendor, subsystemDevice] = await Promise.all(
        ['vendor', 'device', 'subsystem_vendor', 'subsystem_device'].map(name =>
            readHex(`${folder}/${name}`).then(text => text?.padStart(4, '0') ?? null),
        ),
    );
    if (!vendor || !device) return null;
    return {
        address,
        classCode,
        vendor,
        device,
        subsystemVendor: subsystemVendor ?? null,
        subsystemDevice: subsystemDevice ?? null,
        virtual: linkName(`${folder}/physfn`) !== null,
    };
}

/** What a function is, with what has it now. */
export function withBinding(root: SysRoot, facts: PciFacts): PciFunction {
    return {...facts, driver: driverOf(root, facts.address), iommuGroup: groupOf(root, facts.address)};
}

/** The driver of a function at this moment; null when it has none. */
export function driverOf(root: SysRoot, address: string): string | null {
    return linkName(`${functionPath(root, address)}/driver`);
}

/** The number of a function's IOMMU group; null when it has none. */
export function groupOf(root: SysRoot, address: string): string | null {
    return linkName(`${functionPath(root, address)}/iommu_group`);
}

async function readHex(path: string): Promise<string | null> {
    const text = await readAttribute(path);
    return text === null ? null : (/^(?:0x)?([0-9a-f]{1,8})$/i.exec(text)?.[1]?.toLowerCase() ?? null);
}

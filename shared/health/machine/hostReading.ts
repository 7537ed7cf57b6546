// SPDX-License-Identifier: GPL-3.0-or-later
// What the kernel shows of the computer, as far as one machine's health rests on it.
import type {Definition} from '../../definition/definition.js';
import type {UsbSource} from '../../definition/devices/hostDevice.js';
import {cpuSet} from '../../definition/scalars.js';
import {driverOf, functionPath} from '../../gpu/pciFunction.js';
import type {SysRoot} from '../../gpu/sysRoot.js';
import {exists, linkName, listNames, readAttribute, readShort} from '../../platform/files.js';
import {_} from '../../platform/i18n.js';
import type {DeviceFacts, HostCapacity} from './machineFacts.js';
import {read, type Reading, unread} from './reading.js';

/** What the computer has for its machines. */
export async function readHostCapacity(root: SysRoot): Promise<Reading<HostCapacity>> {
    const cpus = cpuSet(await readAttribute(`${root.sys}/devices/system/cpu/online`));
    if (cpus === null) return unread(_('The kernel does not tell how many processors there are.'));
    const meminfo = readShort(`${root.proc}/meminfo`) ?? '';
    const memoryKib = kibOf(meminfo, 'MemTotal');
    const availableKib = kibOf(meminfo, 'MemAvailable');
    if (memoryKib === null || availableKib === null)
        return unread(_('The kernel does not tell how much memory there is.'));
    return read({cpus: cpus.length, memoryKib, availableKib});
}

function kibOf(meminfo: string, name: string): number | null {
    const digits = new RegExp(`^${name}: *([0-9]{1,15}) kB$`, 'm').exec(meminfo)?.[1];
    return digits === undefined ? null : Number(digits);
}

/** Another machine that runs, with the devices of the computer that it has. */
export interface OtherMachine {
    readonly name: string;
    readonly pciAddresses: readonly string[];
    readonly usb: readonly UsbSource[];
}

/** The devices of the computer that a definition names, with who has them now. */
export async function readDevices(
    root: SysRoot,
    definition: Definition,
    others: readonly OtherMachine[],
): Promise<DeviceFacts[]> {
    const usbSources = usbOf(definition);
    const plugged = usbSources.length === 0 ? [] : await readUsb(root);
    return [
        ...definition.pciAddresses.map(address => pciDevice(root, address, others)),
        ...usbSources.map(source => usbDevice(source, plugged, others)),
    ];
}

/** The same where they cannot be looked up, as those of another computer. */
export function unseenDevices(definition: Definition): DeviceFacts[] {
    const unseen = {name: null, there: null, driver: null, otherMachine: null};
    return [
        ...definition.pciAddresses.map(id => ({kind: 'pci', id, ...unseen}) as const),
        ...usbOf(definition).map(source => ({kind: 'usb', id: usbId(source), ...unseen}) as const),
    ];
}

/** The USB devices of the computer that a definition names. */
export function usbOf({hostDevices}: Definition): UsbSource[] {
    return hostDevices.flatMap(({usb}) => usb ?? []);
}

function pciDevice(root: SysRoot, address: string, others: readonly OtherMachine[]): DeviceFacts {
    const readable = exists(`${root.sys}/bus/pci/devices`);
    const there = readable ? exists(functionPath(root, address)) : null;
    return {
        kind: 'pci',
        id: address,
        name: null,
        there,
        driver: there ? driverOf(root, address) : null,
        otherMachine: others.find(({pciAddresses}) => pciAddresses.includes(address))?.name ?? null,
    };
}

interface PluggedIn {
    readonly vendorId: number;
    readonly productId: number;
    readonly bus: number;
    readonly device: number;
    readonly name: string | null;
    readonly driver: string | null;
}

/** @returns null when the kernel shows no USB */
async function readUsb({sys}: SysRoot): Promise<readonly PluggedIn[] | null> {
    const folder = `${sys}/bus/usb/devices`;
    const names = listNames(folder);
    if (names === null) return null;
    // Names with a colon are interfaces of a device.
    const devices = names.filter(name => /^[0-9][0-9.-]*$/.test(name));
    const found = await Promise.all(
        devices.map(device => readOneUsb(`${folder}/${device}`, usbDriver(folder, device, names))),
    );
    return found.flatMap(device => device ?? []);
}

/**
 * The driver of a device: that of the first of its interfaces that has one. It is `usbfs` where a program has taken the
 * device from Linux's drivers, as QEMU does.
 */
function usbDriver(folder: string, device: string, names: readonly string[]): string | null {
    const interfaces = names.filter(name => name.startsWith(`${device}:`)).sort();
    const drivers = interfaces.flatMap(name => linkName(`${folder}/${name}/driver`) ?? []);
    return drivers.find(driver => driver === 'usbfs') ?? drivers[0] ?? null;
}

async function readOneUsb(folder: string, driver: string | null): Promise<PluggedIn | null> {
    const [vendor, product, bus, device, name] = await Promise.all(
        ['idVendor', 'idProduct', 'busnum', 'devnum', 'product'].map(file =>
            readAttribute(`${folder}/${file}`),
        ),
    );
    const vendorId = Number.parseInt(vendor ?? '', 16);
    const productId = Number.parseInt(product ?? '', 16);
    if (Number.isNaN(vendorId) || Number.isNaN(productId)) return null;
    return {vendorId, productId, bus: Number(bus), device: Number(device), name: name || null, driver};
}

function usbDevice(
    source: UsbSource,
    plugged: readonly PluggedIn[] | null,
    others: readonly OtherMachine[],
): DeviceFacts {
    const found = plugged?.find(device => matches(source, device));
    const owner = found && others.find(({usb}) => usb.some(one => matches(one, found)));
    return {
        kind: 'usb',
        id: usbId(source),
        name: found?.name ?? null,
        there: plugged === null ? null : found !== undefined,
        driver: found?.driver ?? null,
        otherMachine: owner?.name ?? null,
    };
}

/** What the definition does not say may be anything. */
function matches(source: UsbSource, device: PluggedIn): boolean {
    const keys = ['vendorId', 'productId', 'bus', 'device'] as const;
    return keys.every(key => source[key] === null || source[key] === device[key]);
}

function usbId({vendorId, productId, bus, device}: UsbSource): string {
    if (vendorId === null || productId === null) return `${bus ?? '?'}-${device ?? '?'}`;
    return [vendorId, productId].map(number => number.toString(16).padStart(4, '0')).join(':');
}

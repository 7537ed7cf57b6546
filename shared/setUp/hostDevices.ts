// SPDX-License-Identifier: GPL-3.0-or-later
// The devices of this computer that can be given to a machine, as libvirt tells of them.
import {parseXml} from '../definition/xmlParser.js';
import {
    attributeOf,
    childOf,
    childrenOf,
    descendantOf,
    textOf,
    type XmlElement,
} from '../definition/xmlTree.js';
import type {UsbGift} from '../definition/hostDeviceEdit.js';
import {wholeNumber} from '../definition/scalars.js';
import {isVfioDriver} from '../gpu/pciFunction.js';
import {classLabel} from '../gpu/words.js';
import {DeviceKind} from '../libvirt/connectionClient.js';
import type {Host} from '../libvirt/host.js';
import {_, fill} from '../platform/i18n.js';

interface Common {
    /** What people call it. */
    readonly name: string;
    /** Its folder below /sys, from `devices/` on. */
    readonly path: string;
    /** What a person should know before it is given away; empty when nothing. */
    readonly warning: string;
}

export interface UsbHostDevice extends Common {
    readonly kind: 'usb';
    readonly gift: UsbGift;
    /** Where it is plugged in. */
    readonly bus: number;
    readonly device: number;
}

export interface PciHostDevice extends Common {
    readonly kind: 'pci';
    readonly address: string;
    readonly classCode: number;
    readonly driver: string | null;
    /** Null without an IOMMU: then it cannot be given. */
    readonly group: number | null;
}

export type HostDevice = UsbHostDevice | PciHostDevice;

/** What stands for a device, as long as it is plugged in where it is. */
export function deviceKey(device: HostDevice): string {
    return device.kind === 'pci' ? device.address : `usb-${device.bus}-${device.device}`;
}

/** PCI classes that are worth giving: storage, network, sound and video, serial, input, wireless, USB, accelerators. */
const CLASSES: ReadonlySet<number> = new Set([0x01, 0x02, 0x04, 0x07, 0x09, 0x0d, 0x10, 0x11, 0x12]);
const USB_CONTROLLER = 0x0c03;
const BRIDGE = 0x06;

/** USB classes of interfaces (https://www.usb.org/defined-class-codes). */
const HID = 3;
const HUB = 9;
const KEYBOARD = 1;
const MOUSE = 2;
const ROOT_HUB_VENDOR = '1d6b';

/**
 * Reads the devices of a host.
 *
 * @param ofCards addresses of the functions of graphics cards, which the assistant lends as a whole
 * @throws what the call failed with
 */
export async function readHostDevices(host: Host, ofCards: ReadonlySet<string>): Promise<HostDevice[]> {
    const kinds = DeviceKind.PCI | DeviceKind.USB | DeviceKind.USB_INTERFACE;
    const texts = await host.connection().nodeDevices(kinds);
    return sortDevices(
        texts.map(text => parseXml(text).root),
        ofCards,
    );
}

/** Makes devices of libvirt's descriptions of them; those that are not worth giving are left out. */
export function sortDevices(nodes: readonly XmlElement[], ofCards: ReadonlySet<string>): HostDevice[] {
    const interfaces = new Map<string, XmlElement[]>();
    for (const node of nodes) {
        const capability = capabilityOf(node, 'usb');
        const parent = textOf(childOf(node, 'parent'));
        if (capability && parent !== null)
            interfaces.set(parent, [...(interfaces.get(parent) ?? []), capability]);
    }
    const usb = nodes.flatMap(node => {
        const name = textOf(childOf(node, 'name')) ?? '';
        return usbDevice(node, interfaces.get(name) ?? []) ?? [];
    });
    const pci = nodes.flatMap(node => pciDevice(node) ?? []);
    const offered = pci.filter(({address, classCode}) => isOffered(classCode) && !ofCards.has(address));
    return [
        ...usb.map(device => withPlace(device, usb)),
        ...offered.map(device => withGroup(device, pci)),
    ].sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0));
}

function isOffered(classCode: number): boolean {
    return CLASSES.has(classCode >> 16) || classCode >> 8 === USB_CONTROLLER;
}

function capabilityOf(node: XmlElement, type: string): XmlElement | null {
    return childrenOf(node, 'capability').find(one => attributeOf(one, 'type') === type) ?? null;
}

function pathOf(node: XmlElement): string {
    return (textOf(childOf(node, 'path')) ?? '').replace(/^\/sys\//, '');
}

function usbDevice(node: XmlElement, interfaces: readonly XmlElement[]): UsbHostDevice | null {
    const capability = capabilityOf(node, 'usb_device');
    const bus = numberIn(capability, 'bus');
    const device = numberIn(capability, 'device');
    const vendor = idIn(capability, 'vendor');
    const product = idIn(capability, 'product');
    if (bus === null || device === null || vendor === null || product === null) return null;
    const classes = interfaces.map(one => numberIn(one, 'class'));
    if (vendor === ROOT_HUB_VENDOR || classes.includes(HUB)) return null;
    const isInput = interfaces.some(
        one => numberIn(one, 'class') === HID && [KEYBOARD, MOUSE].includes(numberIn(one, 'protocol') ?? 0),
    );
    return {
        kind: 'usb',
        name: nameOf(capability) || `USB ${vendor}:${product}`,
        path: pathOf(node),
        warning: isInput
            ? _('A keyboard or mouse: Linux cannot use it while the machine runs. Keep another one.')
            : '',
        gift: {vendor, product, place: null},
        bus,
        device,
    };
}

/** Of several that are alike the place says which one is meant. */
function withPlace(device: UsbHostDevice, all: readonly UsbHostDevice[]): UsbHostDevice {
    const {vendor, product} = device.gift;
    const alike = all.filter(({gift}) => gift.vendor === vendor && gift.product === product);
    if (alike.length < 2) return device;
    const {bus} = device;
    return {...device, gift: {vendor, product, place: {bus, device: device.device}}};
}

function pciDevice(node: XmlElement): PciHostDevice | null {
    const capability = capabilityOf(node, 'pci');
    const place = ['domain', 'bus', 'slot', 'function'].map(name => numberIn(capability, name));
    if (!capability || !place.every(number => number !== null)) return null;
    const [domain = 0, bus = 0, slot = 0, part = 0] = place;
    const classCode = numberIn(capability, 'class') ?? 0;
    const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
    const driver = textOf(descendantOf(node, 'driver', 'name'));
    const group = childOf(capability, 'iommuGroup');
    return {
        kind: 'pci',
        name: nameOf(capability) || classLabel(classCode),
        path: pathOf(node),
        warning: driver !== null && !isVfioDriver(driver) ? usedByLinux(driver) : '',
        address: `${hex(domain, 4)}:${hex(bus, 2)}:${hex(slot, 2)}.${part}`,
        classCode,
        driver,
        group: group === null ? null : wholeNumber(attributeOf(group, 'number')),
    };
}

function usedByLinux(driver: string): string {
    return fill(_('Linux uses it now ({driver}), and loses it while the machine runs.'), {driver});
}

/** What shares its group has to be given, too. */
function withGroup(device: PciHostDevice, all: readonly PciHostDevice[]): PciHostDevice {
    if (device.group === null)
        return {...device, warning: _('It is in no IOMMU group: turn the IOMMU on, or it cannot be given.')};
    const others = all.filter(
        one => one.group === device.group && one.address !== device.address && one.classCode >> 16 !== BRIDGE,
    );
    if (others.length === 0) return device;
    const words = fill(_('The machine starts only if it gets these, too: {addresses}.'), {
        addresses: others.map(({address}) => address).join(', '),
    });
    return {...device, warning: [device.warning, words].filter(text => text !== '').join(' ')};
}

function nameOf(capability: XmlElement | null): string {
    const [vendor, product] = ['vendor', 'product'].map(
        name => textOf(childOf(capability, name))?.trim() ?? '',
    );
    return [vendor, product].filter(text => text !== '').join(' ');
}

function numberIn(element: XmlElement | null, name: string): number | null {
    return wholeNumber(textOf(childOf(element, name)));
}

function idIn(element: XmlElement | null, name: string): string | null {
    const id = wholeNumber(attributeOf(childOf(element, name), 'id'));
    return id === null ? null : id.toString(16).padStart(4, '0');
}

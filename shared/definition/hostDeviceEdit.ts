// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from './definition.js';
import {DefinitionError} from './definitionError.js';
import {readHostDevice, type UsbSource} from './devices/hostDevice.js';
import type {GuestAddress} from './guestSlot.js';
import {withAttribute, withChildren} from './xmlEdit.js';
import {childOf, childrenOf, makeElement, type XmlElement} from './xmlTree.js';

/** What the guest sees of a device's ROM; `default` leaves that to QEMU. */
export type Rom =
    {readonly kind: 'default'} | {readonly kind: 'off'} | {readonly kind: 'file'; readonly path: string};

export interface PciGift {
    /** On the host, as sysfs writes it. */
    readonly address: string;
    /** Whether libvirt takes it from its driver, and gives it back, by itself. */
    readonly managed: boolean;
    /** Where it goes; null leaves that to libvirt. */
    readonly guest: (GuestAddress & {readonly multifunction: boolean}) | null;
    readonly rom?: Rom;
}

/** A USB device by what it is, and by where it is when another is alike. */
export interface UsbGift {
    readonly vendor: string;
    readonly product: string;
    readonly place: {readonly bus: number; readonly device: number} | null;
}

/** The `<hostdev>` of a PCI device. */
export function makePciHostDevice({address, managed, guest, rom = {kind: 'default'}}: PciGift): XmlElement {
    const [, domain, bus, slot, part] =
        /^([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/.exec(address) ?? [];
    if (domain === undefined) throw new DefinitionError(`This is no PCI address: ${address}`);
    const place = {domain: `0x${domain}`, bus: `0x${bus}`, slot: `0x${slot}`, function: `0x${part}`};
    const children = [makeElement('source', {}, [makeElement('address', place)])];
    if (rom.kind === 'off') children.push(makeElement('rom', {bar: 'off'}));
    if (rom.kind === 'file') children.push(makeElement('rom', {file: rom.path}));
    if (guest) children.push(guestAddress(guest, guest.multifunction));
    return makeElement(
        'hostdev',
        {mode: 'subsystem', type: 'pci', managed: managed ? 'yes' : 'no'},
        children,
    );
}

function guestAddress({bus, slot, pciFunction}: GuestAddress, multifunction: boolean): XmlElement {
    const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;
    return makeElement('address', {
        type: 'pci',
        domain: '0x0000',
        bus: hex(bus, 2),
        slot: hex(slot, 2),
        function: hex(pciFunction, 1),
        ...(multifunction ? {multifunction: 'on'} : {}),
    });
}

/** The `<hostdev>` of a USB device. The machine starts without it when it is not plugged in. */
export function makeUsbHostDevice({vendor, product, place}: UsbGift): XmlElement {
    return makeElement('hostdev', {mode: 'subsystem', type: 'usb', managed: 'yes'}, [
        makeElement('source', {startupPolicy: 'optional'}, [
            makeElement('vendor', {id: `0x${vendor}`}),
            makeElement('product', {id: `0x${product}`}),
            ...(place
                ? [makeElement('address', {bus: String(place.bus), device: String(place.device)})]
                : []),
        ]),
    ]);
}

/** The `<hostdev>` of a PCI device, or null where the machine does not have it. */
export function pciHostDevice(definition: Definition, address: string): XmlElement | null {
    return hostDevices(definition).find(element => readHostDevice(element).pciAddress === address) ?? null;
}

/** The `<hostdev>` of a USB device, or null where the machine does not have it. */
export function usbHostDevice(definition: Definition, {vendor, product, place}: UsbGift): XmlElement | null {
    const matches = ({vendorId, productId, bus, device}: UsbSource): boolean =>
        vendorId === Number.parseInt(vendor, 16) &&
        productId === Number.parseInt(product, 16) &&
        // One that names no place takes whichever of those that are alike libvirt finds.
        (place === null || bus === null || (bus === place.bus && device === place.device));
    const isIt = (element: XmlElement): boolean => {
        const {usb} = readHostDevice(element);
        return usb !== null && matches(usb);
    };
    return hostDevices(definition).find(isIt) ?? null;
}

/** Takes a device out. @param device an element of this definition */
export function withoutDevice(definition: Definition, device: XmlElement): Definition {
    return withDeviceChanged(definition, device, () => null);
}

/** Has libvirt move a PCI device between drivers by itself, or leave that to others. */
export function withManaged(
    definition: Definition,
    addresses: readonly string[],
    managed: boolean,
): Definition {
    return addresses.reduce((before, address) => {
        const device = pciHostDevice(before, address);
        if (!device) return before;
        return withDeviceChanged(before, device, one =>
            withAttribute(one, 'managed', managed ? 'yes' : 'no'),
        );
    }, definition);
}

/** Says that the slot in which a device is function 0 has others, too, or takes that back. */
export function withMultifunction(definition: Definition, device: XmlElement, on: boolean): Definition {
    return withDeviceChanged(definition, device, one =>
        withChildren(
            one,
            one.children.map(node =>
                node === childOf(one, 'address')
                    ? withAttribute(node, 'multifunction', on ? 'on' : null)
                    : node,
            ),
        ),
    );
}

function hostDevices(definition: Definition): XmlElement[] {
    return childrenOf(childOf(definition.root, 'devices'), 'hostdev');
}

function withDeviceChanged(
    definition: Definition,
    device: XmlElement,
    change: (device: XmlElement) => XmlElement | null,
): Definition {
    const index = childrenOf(childOf(definition.root, 'devices'), device.name).indexOf(device);
    return definition.withElement(['devices', {name: device.name, index}], change);
}

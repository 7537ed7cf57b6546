// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from './definition.js';
import {numberAttribute} from './scalars.js';
import {attributeOf, childOf, childrenOf, makeElement, type XmlElement} from './xmlTree.js';

/** Where a device of several functions goes in the guest. */
export interface GuestSlot {
    readonly bus: number;
    readonly slot: number;
    /** The root port that has to be added for it, which is the bus; null when there was a place. */
    readonly newPort: number | null;
}

/** A PCI address in the guest. */
export interface GuestAddress {
    readonly bus: number;
    readonly slot: number;
    readonly pciFunction: number;
}

/** On the old PCI bus QEMU has the host bridge, the ISA bridge and mostly the video card in front. */
const FIRST_PCI_SLOT = 3;
const LAST_PCI_SLOT = 31;

/** Ports that take one device each, and into which one can be plugged while the guest runs. */
const PORTS: ReadonlySet<string> = new Set(['pcie-root-port', 'pcie-switch-downstream-port']);

/** Where a device is in the guest; null where libvirt has not chosen yet, or it is not on PCI. */
export function guestAddressOf(device: XmlElement): GuestAddress | null {
    const address = childOf(device, 'address');
    if (attributeOf(address, 'type') !== 'pci') return null;
    const bus = numberAttribute(address, 'bus');
    const slot = numberAttribute(address, 'slot');
    if (bus === null || slot === null) return null;
    return {bus, slot, pciFunction: numberAttribute(address, 'function') ?? 0};
}

/** Whether the guest has PCI Express. */
export function hasPciExpress(definition: Definition): boolean {
    const {machineType, architecture} = definition.boot;
    if (pciControllers(definition).some(({model}) => model === 'pcie-root')) return true;
    return /q35|^virt(-|$)/.test(machineType ?? '') || architecture === 'aarch64';
}

/**
 * A slot of the guest that nothing is in: below a root port, as cards are in real computers, or on the old PCI bus of
 * guests that have no other.
 *
 * @returns null when the old bus is full
 */
export function freeGuestSlot(definition: Definition): GuestSlot | null {
    const taken = takenSlots(definition);
    if (!hasPciExpress(definition)) {
        for (let slot = FIRST_PCI_SLOT; slot <= LAST_PCI_SLOT; slot++)
            if (!taken.has(`0:${slot}`)) return {bus: 0, slot, newPort: null};
        return null;
    }
    const controllers = pciControllers(definition);
    const buses = new Set([...taken].map(place => Number(place.split(':')[0])));
    const free = controllers
        .filter(({index, model}) => PORTS.has(model) && !buses.has(index))
        .map(({index}) => index)
        .sort((one, other) => one - other)[0];
    if (free !== undefined) return {bus: free, slot: 0, newPort: null};
    const port = Math.max(0, ...controllers.map(({index}) => index)) + 1;
    return {bus: port, slot: 0, newPort: port};
}

/** Whether anything is behind a port. */
export function isBusInUse(definition: Definition, bus: number): boolean {
    return [...takenSlots(definition)].some(place => place.startsWith(`${bus}:`));
}

/** A root port; libvirt chooses where it is itself. */
export function makeRootPort(index: number): XmlElement {
    return makeElement('controller', {type: 'pci', index: String(index), model: 'pcie-root-port'});
}

function devicesOf(definition: Definition): XmlElement[] {
    return childrenOf(childOf(definition.root, 'devices'));
}

function takenSlots(definition: Definition): ReadonlySet<string> {
    return new Set(
        devicesOf(definition).flatMap(device => {
            const address = guestAddressOf(device);
            return address ? [`${address.bus}:${address.slot}`] : [];
        }),
    );
}

function pciControllers(definition: Definition): {index: number; model: string}[] {
    return devicesOf(definition).flatMap(device => {
        if (device.name !== 'controller' || attributeOf(device, 'type') !== 'pci') return [];
        const index = numberAttribute(device, 'index');
        return index === null ? [] : [{index, model: attributeOf(device, 'model') ?? ''}];
    });
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {numberAttribute} from '../scalars.js';
import {attributeOf, childOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';

/** The boot order of a device (`<boot order='1'/>`), from 1, or null. */
export function bootOrderOf(device: XmlElement): number | null {
    return numberAttribute(childOf(device, 'boot'), 'order');
}

/** The alias by which libvirt's events name a device of a running machine, or null. */
export function aliasOf(device: XmlElement): string | null {
    return attributeOf(childOf(device, 'alias'), 'name');
}

/**
 * A PCI address as sysfs writes it, for example `0000:01:00.0`.
 * @param address an `<address>` whose numbers are `0x…`, octal or decimal
 * @returns null without bus and slot
 */
export function pciAddressOf(address: XmlElement | null): string | null {
    const bus = numberAttribute(address, 'bus');
    const slot = numberAttribute(address, 'slot');
    if (bus === null || slot === null) return null;
    const domain = numberAttribute(address, 'domain') ?? 0;
    const pciFunction = numberAttribute(address, 'function') ?? 0;
    return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(slot, 2)}.${hex(pciFunction, 1)}`;
}

function hex(value: number, digits: number): string {
    return value.toString(16).padStart(digits, '0');
}

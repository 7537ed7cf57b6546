// SPDX-License-Identifier: GPL-3.0-or-later

/** `domain:bus:slot.function` in hexadecimal; the domain has more than four digits behind Intel VMD. */
const ADDRESS = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/;

/** Whether a text is a PCI address as the kernel writes it, e.g. `0000:01:00.0`. */
export function isPciAddress(text: string): boolean {
    return ADDRESS.test(text);
}

/** The address without its function: what all functions of one card share, e.g. `0000:01:00`. */
export function slotOf(address: string): string {
    return address.slice(0, address.lastIndexOf('.'));
}

/**
 * An address as people and other programs write it, e.g. `1:0.0`, `01:00.0` or `pci_0000_01_00_0`, in the kernel's
 * form.
 *
 * @returns null when it is none
 */
export function parsePciAddress(text: string): string | null {
    const plain = text
        .trim()
        .toLowerCase()
        .replace(/^pci_([0-9a-f]+)_([0-9a-f]+)_([0-9a-f]+)_([0-7])$/, '$1:$2:$3.$4');
    const parts = /^(?:([0-9a-f]{1,8}):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})\.([0-7])$/.exec(plain);
    if (!parts) return null;
    const [, domain = '0', bus = '', slot = '', pciFunction = ''] = parts;
    const address = `${domain.padStart(4, '0')}:${bus.padStart(2, '0')}:${slot.padStart(2, '0')}.${pciFunction}`;
    return isPciAddress(address) ? address : null;
}

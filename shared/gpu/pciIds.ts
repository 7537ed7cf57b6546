// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {exists, readLineBlocks} from '../platform/files.js';

/** Where distributions keep the PCI ID Repository's list (https://pci-ids.ucw.cz/). */
const PLACES = ['/usr/share/hwdata/pci.ids', '/usr/share/misc/pci.ids', '/usr/share/pci.ids'];

/** The numbers of a device, four lower-case hexadecimal digits each. */
export interface PciNumbers {
    readonly vendor: string;
    readonly device: string;
    readonly subsystemVendor: string | null;
    readonly subsystemDevice: string | null;
}

/** What the list says about a device; null where it says nothing. */
export interface PciNames {
    readonly vendor: string | null;
    readonly device: string | null;
    /** The board that carries it. */
    readonly subsystem: string | null;
}

/** The list of this system; null when none is installed. */
export function pciIdsPath(): string | null {
    return PLACES.find(exists) ?? null;
}

/**
 * Looks devices up in one pass over the list, which ends as soon as all are found.
 *
 * The list has 1.5 MB and is read in pieces, so that the main loop gets its turns in between.
 *
 * @param path the list; null finds nothing
 * @returns a name for each of `wanted`, in its order
 */
export async function lookUpPciNames(
    path: string | null,
    wanted: readonly PciNumbers[],
): Promise<PciNames[]> {
    const search = new Search(wanted);
    if (path !== null && wanted.length > 0) {
        try {
            for await (const block of readLineBlocks(path)) if (search.readLines(block)) break;
        } catch (error) {
            // A list that cannot be read names nothing; numbers serve then.
            if (!(error instanceof GLib.Error)) throw error;
        }
    }
    return wanted.map(numbers => search.namesOf(numbers));
}

/** `VVVV  name`, `\tDDDD  name`, `\t\tVVVV DDDD  name`, vendors and devices in groups; comments and classes between. */
class Search {
    readonly #vendors: ReadonlySet<string>;
    readonly #found = new Map<string, string>();
    /** Vendors whose group has not been passed. */
    #open: number;
    #vendor: string | null = null;
    #device: string | null = null;

    constructor(wanted: readonly PciNumbers[]) {
        this.#vendors = new Set(wanted.map(({vendor}) => vendor));
        this.#open = this.#vendors.size;
    }

    /** @returns whether all that could be found has been */
    readLines(text: string): boolean {
        let start = 0;
        while (start < text.length && this.#open > 0) {
            let end = text.indexOf('\n', start);
            if (end < 0) end = text.length;
            this.#readLine(text, start, end);
            start = end + 1;
        }
        return this.#open === 0;
    }

    namesOf({vendor, device, subsystemVendor, subsystemDevice}: PciNumbers): PciNames {
        const subsystem = `${vendor} ${device} ${subsystemVendor} ${subsystemDevice}`;
        return {
            vendor: this.#found.get(vendor) ?? null,
            device: this.#found.get(`${vendor} ${device}`) ?? null,
            subsystem: this.#found.get(subsystem) ?? null,
        };
    }

    #readLine(text: string, start: number, end: number): void {
        if (text[start] !== '\t') {
            // Comments and empty lines stand inside groups, too.
            if (start === end || text[start] === '#') return;
            if (this.#vendor !== null) this.#open--;
            const vendor = text.slice(start, start + 4);
            this.#vendor = this.#vendors.has(vendor) ? vendor : null;
            if (this.#vendor !== null) this.#found.set(vendor, text.slice(start + 6, end).trim());
        } else if (this.#vendor !== null) {
            if (text[start + 1] !== '\t') {
                this.#device = `${this.#vendor} ${text.slice(start + 1, start + 5)}`;
                this.#found.set(this.#device, text.slice(start + 7, end).trim());
            } else if (this.#device !== null) {
                const numbers = text.slice(start + 2, start + 11);
                this.#found.set(`${this.#device} ${numbers}`, text.slice(start + 13, end).trim());
            }
        }
    }
}

const SHORT_VENDORS: Readonly<Record<string, string>> = {
    '1002': 'AMD',
    '10de': 'NVIDIA',
    '8086': 'Intel',
    '1af4': 'Virtio',
    '1b36': 'QEMU',
    '1234': 'QEMU',
    '15ad': 'VMware',
};

/** The vendor as people say it: `NVIDIA` for “NVIDIA Corporation”. */
export function shortVendor(numbers: PciNumbers, names: PciNames): string {
    return SHORT_VENDORS[numbers.vendor] ?? bracketed(names.vendor) ?? names.vendor ?? '';
}

/**
 * The card as people say it: `NVIDIA GeForce RTX 4090` for “AD102 [GeForce RTX 4090]”.
 *
 * @returns the numbers, `10de:2684`, when the list does not know it
 */
export function cardName(numbers: PciNumbers, names: PciNames): string {
    const device = bracketed(names.device) ?? names.device;
    const vendor = shortVendor(numbers, names);
    if (device === null) return `${vendor} ${numbers.vendor}:${numbers.device}`.trim();
    return device.toLowerCase().startsWith(vendor.toLowerCase()) ? device : `${vendor} ${device}`.trim();
}

/** What stands in the last brackets, where the list puts the name under which a thing is sold. */
function bracketed(name: string | null): string | null {
    return /\[([^\][]+)\]$/.exec(name ?? '')?.[1] ?? null;
}

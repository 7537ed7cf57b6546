// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {isPciAddress} from './pciAddress.js';

/** Something that the kernel did to a PCI function. */
export interface KernelEvent {
    /** `add`, `remove`, `bind`, `unbind`, `change`. */
    readonly action: string;
    /** `pci`, or `drm` for the nodes that a driver made. */
    readonly subsystem: string;
    /** The PCI function, or the one that the nodes belong to. */
    readonly address: string;
}

export interface KernelEvents {
    /** @returns a function that ends it */
    follow(callback: (event: KernelEvent) => void): () => void;
}

/**
 * What udev passes on of the kernel's events about PCI functions and graphics nodes.
 *
 * @returns null where the GUdev library is not installed: then nothing tells of changes
 */
export async function openKernelEvents(): Promise<KernelEvents | null> {
    const GUdev = await loadGUdev();
    if (!GUdev) return null;
    return {
        follow(callback) {
            const client = new GUdev.Client({subsystems: ['pci', 'drm']});
            const id = client.connect('uevent', (_client, action, device) => {
                const address = addressIn(device.get_sysfs_path() ?? '');
                if (address !== null) callback({action, subsystem: device.get_subsystem() ?? '', address});
            });
            return () => client.disconnect(id);
        },
    };
}

/** The library is asked for when it is needed: without its typelib the import itself fails. */
async function loadGUdev() {
    try {
        return (await import('gi://GUdev?version=1.0')).default;
    } catch (error) {
        if (error instanceof GLib.Error || error instanceof Error) return null;
        throw error;
    }
}

/** The function that something below sysfs belongs to: the last address in its path, since bridges come before. */
export function addressIn(path: string): string | null {
    return path.split('/').filter(isPciAddress).at(-1) ?? null;
}

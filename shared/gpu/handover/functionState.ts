// SPDX-License-Identifier: GPL-3.0-or-later
import {exists, readText} from '../../platform/files.js';
import {driverOf, functionPath} from '../pciFunction.js';
import type {SysRoot} from '../sysRoot.js';
import type {Standing} from './handoverErrors.js';
import type {KernelWriter} from './ports.js';

/** The driver that keeps a device for machines. */
export const VFIO = 'vfio-pci';

const MOST_BYTES = 4096;

/**
 * A function's `driver_override`; null when there is none.
 *
 * The kernel answers under the lock that binding and unbinding take, so that this hangs while one of them does.
 *
 * @throws GLib.Error when the function is gone
 * @throws DeadlineError when the kernel does not answer
 */
export async function readOverride(root: SysRoot, address: string): Promise<string | null> {
    const path = `${functionPath(root, address)}/driver_override`;
    const text = (await readText(path, {mostBytes: MOST_BYTES})).trim();
    return text === '' || text === '(null)' ? null : text;
}

/** Makes a function take one driver and no other; null lets the kernel choose again. It neither binds nor unbinds. */
export async function writeOverride(
    kernel: KernelWriter,
    root: SysRoot,
    address: string,
    driver: string | null,
): Promise<void> {
    await kernel.write(`${functionPath(root, address)}/driver_override`, driver ?? '\n');
}

/** Takes a driver from a function. */
export async function unbind(
    kernel: KernelWriter,
    root: SysRoot,
    address: string,
    driver: string,
): Promise<void> {
    await kernel.write(`${root.sys}/bus/pci/drivers/${driver}/unbind`, address);
}

/** Lets the kernel look for a driver for a function; it answers success whether it finds one or not. */
export async function probe(kernel: KernelWriter, root: SysRoot, address: string): Promise<void> {
    await kernel.write(`${root.sys}/bus/pci/drivers_probe`, address);
}

/** Whether a function is on the bus. */
export function isPresent(root: SysRoot, address: string): boolean {
    return exists(functionPath(root, address));
}

/** Where functions are now. */
export function standingOf(root: SysRoot, addresses: readonly string[]): Standing[] {
    return addresses.map(address => ({
        address,
        present: isPresent(root, address),
        driver: driverOf(root, address),
    }));
}

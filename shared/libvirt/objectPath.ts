// SPDX-License-Identifier: GPL-3.0-or-later
import type {Driver} from './drivers.js';

/**
 * The UUID that the object path of a domain ends in.
 *
 * libvirt-dbus writes it with `_` for `-` (src/util.c there, virtDBusUtilBusPathForVirDomain).
 *
 * @returns null when the path is not a domain's
 */
export function uuidOfDomainPath(path: string): string | null {
    const match = /\/domain\/_([0-9a-f]{8}(?:_[0-9a-f]{4}){3}_[0-9a-f]{12})$/.exec(path);
    return match ? match[1]!.replaceAll('_', '-') : null;
}

/** The object path of the domain with that UUID, whether there is one or not. */
export function domainPathOf(driver: Driver, uuid: string): string {
    return `${driver.path}/domain/_${uuid.toLowerCase().replaceAll('-', '_')}`;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import type GLib from 'gi://GLib';

/**
 * One D-Bus call on the session bus.
 * @param destination `[bus name, object path, interface]`
 * @param args the arguments as one tuple, or null for none
 * @param timeout in milliseconds
 * @returns the reply, unpacked to plain values
 */
export function callBus(
    [name, path, iface]: readonly [string, string, string],
    method: string,
    args: GLib.Variant | null = null,
    timeout = 20_000,
): Promise<unknown[]> {
    const bus = Gio.DBus.session;
    return new Promise((resolve, reject) => {
        bus.call(
            name,
            path,
            iface,
            method,
            args,
            null,
            Gio.DBusCallFlags.NONE,
            timeout,
            null,
            (_source, result) => {
                try {
                    resolve(bus.call_finish(result).recursiveUnpack() as unknown[]);
                } catch (error) {
                    reject(error);
                }
            },
        );
    });
}

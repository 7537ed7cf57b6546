// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Driver} from '../libvirt/drivers.js';

/**
 * When a local QEMU machine was started: libvirt does not tell, but it writes a PID file at that moment
 * (https://libvirt.org/drvqemu.html, "Location of configuration files").
 *
 * @returns milliseconds since 1970, or null when it cannot be known
 */
export async function startedAtMs(driver: Driver, name: string): Promise<number | null> {
    // libvirt allows no slash in a name; a file name ends at 255 bytes.
    if (!driver.uri.startsWith('qemu:') || name.includes('/') || name.length > 250) return null;
    const directory =
        driver.bus === 'system'
            ? '/run/libvirt/qemu'
            : GLib.build_filenamev([GLib.get_user_runtime_dir(), 'libvirt', 'qemu', 'run']);
    const file = Gio.File.new_for_path(GLib.build_filenamev([directory, `${name}.pid`]));
    return await new Promise(resolve => {
        file.query_info_async(
            'time::modified',
            Gio.FileQueryInfoFlags.NONE,
            GLib.PRIORITY_DEFAULT,
            null,
            (_file, result) => {
                try {
                    const time = file.query_info_finish(result).get_modification_date_time();
                    resolve(time ? time.to_unix() * 1000 : null);
                } catch (error) {
                    if (!(error instanceof GLib.Error)) throw error;
                    // Not readable, or not there: then it is not known.
                    resolve(null);
                }
            },
        );
    });
}

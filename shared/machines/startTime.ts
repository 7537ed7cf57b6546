// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Driver} from '../libvirt/drivers.js';
import {queryInfo} from '../platform/files.js';

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
    try {
        const info = await queryInfo(GLib.build_filenamev([directory, `${name}.pid`]), 'time::modified');
        const time = info.get_modification_date_time();
        return time ? time.to_unix() * 1000 : null;
    } catch (error) {
        if (!(error instanceof GLib.Error)) throw error;
        // Not readable, or not there: then it is not known.
        return null;
    }
}

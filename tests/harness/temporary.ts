// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/**
 * @param name a hint at what it is for
 * @returns a new folder in the sysroot's own /tmp, which is gone when the run ends
 */
export function temporaryDirectory(name = 'test'): string {
    const path = GLib.dir_make_tmp(`${name.replace(/[^A-Za-z0-9-]/g, '-')}-XXXXXX`);
    if (path === null) throw new Error('No temporary folder could be made');
    return path;
}

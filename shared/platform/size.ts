// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/** A size as the user's language writes it, in units of 1,024: `2.1 GiB`. */
export function sizeLabel(bytes: number): string {
    return GLib.format_size_full(bytes, GLib.FormatSizeFlags.IEC_UNITS);
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/** A word as it is typed into a shell: whoever makes a thing gives it its name. */
export function typedWord(word: string): string {
    return /^\w[\w.+-]*$/.test(word) ? word : GLib.shell_quote(word);
}

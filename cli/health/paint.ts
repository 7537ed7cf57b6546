// SPDX-License-Identifier: GPL-3.0-or-later
import {stdout} from '../output.js';

// Of ECMA-48’s “select graphic rendition”.
export const BOLD = 1;
export const RED = 31;
export const GREEN = 32;
export const YELLOW = 33;

/** A text in a colour, where standard output shows colours; null for none. */
export function painted(text: string, code: number | null): string {
    return code !== null && stdout.usesColour ? `\x1b[${code}m${text}\x1b[0m` : text;
}

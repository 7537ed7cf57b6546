// SPDX-License-Identifier: GPL-3.0-or-later

/** A moment as ISO 8601 without its fraction: the same in every face, and for scripts. */
export function timeOf(milliseconds: number): string {
    return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

// SPDX-License-Identifier: GPL-3.0-or-later

/** What was read, or why it could not be: the two are never mixed up. */
export type Reading<T> =
    {readonly known: true; readonly value: T} | {readonly known: false; readonly why: string};

export function read<T>(value: T): Reading<T> {
    return {known: true, value};
}

/** @param why as a sentence */
export function unread(why: string): Reading<never> {
    return {known: false, why};
}

// SPDX-License-Identifier: GPL-3.0-or-later
/** One line of a group. */
export interface Fact {
    readonly label: string;
    readonly value: string;
    /** It has a button that copies it. */
    readonly copyable?: boolean;
    readonly icon?: string;
}

// SPDX-License-Identifier: GPL-3.0-or-later
/** Options that every verb has. */
export interface CommonOptions {
    readonly json?: boolean | undefined;
    readonly verbose?: boolean | undefined;
    /** Ids of the hosts to look at; else the user's own choice. */
    readonly host?: readonly string[] | undefined;
    /** Seconds. */
    readonly timeout?: number | undefined;
}

/** A time limit in milliseconds; undefined when none was given. */
export function timeoutMs(options: CommonOptions): number | undefined {
    return options.timeout === undefined ? undefined : options.timeout * 1000;
}

// SPDX-License-Identifier: GPL-3.0-or-later

/** A failure with what this verb offers against it, for people. */
export class Hinted extends Error {
    constructor(
        error: unknown,
        readonly hints: readonly string[],
    ) {
        super('There is something to be done about it', {cause: error});
    }
}

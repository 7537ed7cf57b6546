// SPDX-License-Identifier: GPL-3.0-or-later
import {exitCodeOfSignal} from './exitCodes.js';

/** The person, or the system, ended the wait; the message says what stays undone. */
export class Interrupted extends Error {
    constructor(
        readonly signal: number,
        whatStays: string,
    ) {
        super(whatStays);
    }

    get exitCode(): number {
        return exitCodeOfSignal(this.signal);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {ExitCode} from './exitCodes.js';

/** Everything has been printed; only the exit code is left to tell that not all is well. */
export class AlreadyTold extends Error {
    constructor(readonly exitCode: number = ExitCode.failed) {
        super('Not all is well');
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {AlreadyTold} from './alreadyTold.js';
import {BROKEN_PIPE, ExitCode} from './exitCodes.js';
import type {CommonOptions} from './options.js';
import {PipeClosedError} from './output.js';

/**
 * Runs the body of a verb and prints what it failed with.
 *
 * @returns the exit code
 */
export async function runVerb(options: CommonOptions, body: () => Promise<void>): Promise<number> {
    try {
        await body();
        return ExitCode.done;
    } catch (error) {
        // Nobody is there to be told.
        if (error instanceof PipeClosedError) return BROKEN_PIPE;
        if (error instanceof AlreadyTold) return error.exitCode;
        const {report} = await import('./exceptional.js');
        return report(error, options);
    }
}

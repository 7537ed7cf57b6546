// SPDX-License-Identifier: GPL-3.0-or-later

import {Interrupted} from './process.mjs';

/** A failure that the reader can act on: printed as one sentence, without a stack. */
export class ToolError extends Error {}

/** Exit code of a tool that could not even run what it was asked to run. */
export const TOOL_FAILED = 125;

/** @param {string} text one line about what is being done, for the person who waits */
export function progress(text) {
    process.stderr.write(`${text}\n`);
}

/**
 * Runs a tool's main function and turns its failure into a sentence and an exit code.
 * @param {() => Promise<number | void>} main
 */
export async function runTool(main) {
    try {
        process.exitCode = (await main()) ?? 0;
    } catch (error) {
        if (error instanceof Interrupted) {
            process.exitCode = error.code;
            return;
        }
        process.stderr.write(error instanceof ToolError ? `${error.message}\n` : `${error.stack}\n`);
        process.exitCode = TOOL_FAILED;
    }
}

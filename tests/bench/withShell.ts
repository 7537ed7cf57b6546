// SPDX-License-Identifier: GPL-3.0-or-later
import {HeadlessShell} from '../harness/headlessShell.js';

/** What is kept of a Shell's log when something goes wrong, in characters. */
const LOG_TAIL = 3000;

/**
 * Runs something with a Shell of its own.
 *
 * @throws what the task threw, with the end of the Shell's log
 */
export async function withShell<T>(task: (shell: HeadlessShell) => Promise<T>): Promise<T> {
    const shell = await HeadlessShell.start();
    try {
        return await task(shell);
    } catch (error) {
        throw new Error(`${String(error)}\n${shell.log().slice(-LOG_TAIL)}`, {cause: error});
    } finally {
        await shell.stop();
    }
}

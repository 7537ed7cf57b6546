// SPDX-License-Identifier: GPL-3.0-or-later
import {SubprocessError} from '../shared/platform/errors.js';
import {run} from '../shared/platform/subprocess.js';
import {variable} from './environment.js';

/**
 * How many columns the terminal on standard input has.
 *
 * @returns Infinity when it is not known
 */
export async function terminalColumns(): Promise<number> {
    const told = Number(variable('COLUMNS'));
    if (Number.isInteger(told) && told > 0) return told;
    try {
        // Nothing that GJS offers asks the kernel for it.
        const size = await run(['stty', '--file=/dev/tty', 'size'], {timeoutMs: 500});
        const columns = Number(size.trim().split(' ')[1]);
        return columns > 0 ? columns : Infinity;
    } catch (error) {
        if (error instanceof SubprocessError) return Infinity;
        throw error;
    }
}

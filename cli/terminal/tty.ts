// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of the terminal that this process belongs to. Nothing that GJS offers asks the kernel for them.
import {DeadlineError, SubprocessError} from '../../shared/platform/errors.js';
import {run} from '../../shared/platform/subprocess.js';
import {variable} from '../environment.js';

const DEADLINE_MS = 500;

export interface TerminalSize {
    readonly columns: number;
    readonly rows: number;
}

/** What is taken for true where nobody knows. */
const USUAL: TerminalSize = {columns: 80, rows: 24};

/** How large the terminal is now. */
export async function terminalSize(): Promise<TerminalSize> {
    const [rows, columns] = ((await stty('size')) ?? '').trim().split(' ').map(Number);
    return {
        columns: told('COLUMNS') ?? (columns || USUAL.columns),
        rows: told('LINES') ?? (rows || USUAL.rows),
    };
}

/**
 * Has the terminal pass keys on as they are pressed, without showing them. Ctrl+C stays what it is.
 *
 * @returns the settings as they were, for `restoreKeys`; null when there is no such terminal
 */
export async function keysAsPressed(): Promise<string | null> {
    const before = (await stty('-g'))?.trim() ?? null;
    if (before === null) return null;
    // Ctrl+Z is handled by us, since the picture has to go first; Ctrl+S would hold us in the midst of a write.
    const set = await stty('-icanon', '-echo', '-ixon', 'min', '1', 'time', '0', 'susp', 'undef');
    return set === null ? null : before;
}

/** Gives the terminal its settings back. */
export async function restoreKeys(before: string): Promise<void> {
    await stty(before);
}

function told(name: string): number | null {
    const value = Number(variable(name));
    return Number.isInteger(value) && value > 0 ? value : null;
}

/** @returns null when there is no terminal, or it belongs to another program now */
async function stty(...settings: string[]): Promise<string | null> {
    try {
        return await run(['stty', '--file=/dev/tty', ...settings], {timeoutMs: DEADLINE_MS});
    } catch (error) {
        if (error instanceof SubprocessError || error instanceof DeadlineError) return null;
        throw error;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of the terminal that this process belongs to. Nothing that GJS offers asks the kernel for them.
import {DeadlineError, SubprocessError} from '../../shared/platform/errors.js';
import {run} from '../../shared/platform/subprocess.js';
import {variable} from '../environment.js';
import {stdout} from '../output.js';

const DEADLINE_MS = 500;
/** A busy computer takes its time, and nobody wants a terminal that does not show what is typed. */
const RESTORE_MS = 5_000;
/** Ctrl+C goes to all of the job: it may end what gives the terminal back, too. */
const MOST_TRIES = 5;

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

/** How wide lines of text may be: what a program reads is never wrapped. */
export async function textColumns(): Promise<number> {
    return stdout.isTerminal ? (await terminalSize()).columns : Infinity;
}

/**
 * Has the terminal pass keys on as they are pressed, without showing them. Ctrl+C stays what it is.
 *
 * @returns the settings as they were, for `restoreKeys`; null when there is no such terminal
 */
export async function keysAsPressed(): Promise<string | null> {
    const before = (await stty('-g'))?.trim() ?? null;
    if (before === null) return null;
    // Ctrl+Z and Ctrl+\ are handled by us, since the picture has to go first; Ctrl+S would hold us in the midst of a
    // write. What was late in telling may have been set all the same.
    const own = ['susp', 'undef', 'quit', 'undef'];
    await stty('-icanon', '-echo', '-ixon', 'min', '1', 'time', '0', ...own);
    return before;
}

/** Gives the terminal its settings back. */
export async function restoreKeys(before: string): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++)
        try {
            await run(['stty', '--file=/dev/tty', before], {timeoutMs: RESTORE_MS});
            return;
        } catch (error) {
            // One that was killed has done nothing; for any other the terminal is gone, or somebody else's now.
            if (error instanceof SubprocessError && error.status === null) continue;
            if (error instanceof SubprocessError || error instanceof DeadlineError) return;
            throw error;
        }
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

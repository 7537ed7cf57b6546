// SPDX-License-Identifier: GPL-3.0-or-later
import type {ProblemCategory} from '../shared/problems/problem.js';

/** What the process ends with; scripts rely on it, and the manual page lists it. */
export const ExitCode = {
    done: 0,
    failed: 1,
    usage: 2,
    missing: 3,
    held: 4,
    denied: 5,
    unreachable: 6,
    timeout: 7,
} as const satisfies Record<ProblemCategory | 'done', number>;

/** By convention of the shell: 128 and the number of the signal that ended the wait. */
export function exitCodeOfSignal(signal: number): number {
    return 128 + signal;
}

/** Somebody reads no more: what a program that SIGPIPE killed would give. */
export const BROKEN_PIPE = exitCodeOfSignal(13);

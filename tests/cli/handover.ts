// SPDX-License-Identifier: GPL-3.0-or-later
import {type Outcome, type ProgramOptions, runProgram} from '../harness/program.js';

/** The machine that libvirt's test driver brings. */
export const TEST_UUID = '6695eb01-f6a4-8304-79aa-97f2502e193f';

/** The command line program, as a user runs it. */
export function handover(args: string[], options: ProgramOptions = {}): Promise<Outcome> {
    return runProgram(['handover', ...args], options);
}

/** The one JSON document that a program printed. @throws when it is none, or not on one line */
export function json<T = Record<string, unknown>>(text: string): T {
    if (!/^[^\n]+\n$/.test(text)) throw new Error(`Not one line: ${text}`);
    return JSON.parse(text) as T;
}

/** The failure that a program printed with `--json`; warnings before it are left out. */
export function jsonError(text: string): Record<string, unknown> {
    const last = text.trimEnd().split('\n').at(-1) ?? '';
    return (JSON.parse(last) as {error: Record<string, unknown>}).error;
}

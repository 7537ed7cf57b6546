// SPDX-License-Identifier: GPL-3.0-or-later
import {DeadlineError, SubprocessError} from '../../platform/errors.js';
import {run} from '../../platform/subprocess.js';
import type {LookingGlassReleases} from './ports.js';

const CLIENT = 'looking-glass-client';
const ASK_MS = 700;

/**
 * Which release of Looking Glass is installed here. Guests do not tell theirs.
 *
 * The client has no option for it: it says so before it looks at its options, of which `--help` opens nothing
 * (https://github.com/gnif/LookingGlass, client/src/main.c).
 */
export async function lookingGlassReleases(
    program: (name: string) => string | null,
): Promise<LookingGlassReleases> {
    const path = program(CLIENT);
    return {client: path === null ? null : releaseIn(await helpOf(path)), guests: new Map()};
}

/** The release in what the client prints first. */
export function releaseIn(output: string): string | null {
    return /Looking Glass \(([^()\s]{1,40})\)/.exec(output)?.[1] ?? null;
}

async function helpOf(path: string): Promise<string> {
    try {
        // It prints to standard error, and its exit status says nothing.
        return await run(['sh', '-c', '"$0" --help 2>&1 || :', path], {timeoutMs: ASK_MS});
    } catch (error) {
        if (error instanceof SubprocessError || error instanceof DeadlineError) return '';
        throw error;
    }
}

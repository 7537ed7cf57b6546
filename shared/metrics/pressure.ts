// SPDX-License-Identifier: GPL-3.0-or-later
// What the host's programs wait for. https://docs.kernel.org/accounting/psi.html
import {readIfPossible} from '../platform/files.js';

/** How much of the last ten seconds was lost, 0 to 1. */
export interface Pressure {
    /** Some programs waited. */
    readonly some: number;
    /** All that had something to do waited; null where the kernel does not tell, as older ones of the processors. */
    readonly full: number | null;
}

/** null for what the kernel does not tell. */
export interface HostPressure {
    readonly cpu: Pressure | null;
    readonly memory: Pressure | null;
    readonly io: Pressure | null;
}

const MOST_BYTES = 1024;

/** Reads one file of /proc/pressure; null for what is none. */
export function pressureOf(text: string): Pressure | null {
    const part = (kind: string): number | null => {
        const [, percent] = new RegExp(`^${kind} avg10=(\\d{1,3}\\.\\d+) `, 'm').exec(text) ?? [];
        return percent === undefined ? null : Number(percent) / 100;
    };
    const some = part('some');
    return some === null ? null : {some, full: part('full')};
}

/**
 * The host's pressure now. A kernel without it, or one that was started with `psi=0`, gives nothing.
 *
 * @param proc where proc(5) is
 */
export async function readPressure(proc = '/proc'): Promise<HostPressure> {
    const [cpu, memory, io] = await Promise.all(
        ['cpu', 'memory', 'io'].map(kind => readOne(`${proc}/pressure/${kind}`)),
    );
    return {cpu: cpu ?? null, memory: memory ?? null, io: io ?? null};
}

async function readOne(path: string): Promise<Pressure | null> {
    return pressureOf((await readIfPossible(path, {mostBytes: MOST_BYTES})) ?? '');
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/** The kernel counts processor time in hundredths of a second on every architecture (USER_HZ). */
const TICKS_PER_SECOND = 100;

function read(path: string): string {
    const [, bytes] = GLib.file_get_contents(path);
    return new TextDecoder().decode(bytes);
}

/** @returns seconds of processor time (user and system) that all threads of a process have used so far */
export function cpuSeconds(pid: number): number {
    // The name, in parentheses, may hold anything; what follows it does not.
    const fields = read(`/proc/${pid}/stat`)
        .replace(/^.*\) /s, '')
        .split(' ');
    const [user = NaN, system = NaN] = fields.slice(11, 13).map(Number);
    return (user + system) / TICKS_PER_SECOND;
}

/**
 * @returns the memory that a process has for itself and that no file backs, in KiB; unlike PSS it does not change
 *   when another program comes or goes
 */
export function anonymousKib(pid: number): number {
    return Number(/^Anonymous:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1]);
}

/**
 * @returns milliseconds in which a process's first thread, which has the main loop, was ready to run but another
 *   program had the processor; the kernel counts them
 */
export function waitedMs(pid: number): number {
    return Number(read(`/proc/${pid}/schedstat`).split(' ')[1]) / 1e6;
}

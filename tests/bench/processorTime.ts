// SPDX-License-Identifier: GPL-3.0-or-later
import {readShort} from '../../shared/platform/files.js';

/** USER_HZ is 100 on every Linux that this runs on. */
const TICK_MS = 10;

/** Processor time of the programs that this one has started and that have ended, in milliseconds, by ticks of ten. */
export function startedTime(): number {
    const stat = readShort('/proc/self/stat') ?? '';
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** How long this thread has run, and how long it has waited for a processor, in milliseconds. */
export function scheduled(): {ran: number; waited: number} {
    const [ran = 0, waited = 0] = (readShort('/proc/thread-self/schedstat') ?? '').split(' ').map(Number);
    return {ran: ran / 1e6, waited: waited / 1e6};
}

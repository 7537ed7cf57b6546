// SPDX-License-Identifier: GPL-3.0-or-later
// How busy this computer's processors are. https://man7.org/linux/man-pages/man5/proc_stat.5.html

/** Counters of all processors together, in clock ticks since boot. */
export interface ProcessorReading {
    readonly all: number;
    /** With nothing to do, or nothing to do but wait for a disk. */
    readonly idle: number;
    /** Taken by a hypervisor, where this computer is a machine itself. */
    readonly stolen: number;
}

/** Parts of the time of all processors, 0 to 1. */
export interface ProcessorUse {
    readonly used: number;
    readonly stolen: number;
}

/** user, nice, system, idle, iowait, irq, softirq, steal; what guests used is in the first two. */
const FIELDS = 8;
const IDLE = 3;
const IOWAIT = 4;
const STEAL = 7;

/** Reads /proc/stat; null for what is no such file. */
export function processorReadingOf(text: string): ProcessorReading | null {
    const [, line] = /^cpu +([\d ]+)$/m.exec(text) ?? [];
    const fields = (line ?? '').trim().split(/ +/).slice(0, FIELDS).map(Number);
    if (fields.length < FIELDS) return null;
    return {
        all: fields.reduce((sum, field) => sum + field, 0),
        idle: fields[IDLE]! + fields[IOWAIT]!,
        stolen: fields[STEAL]!,
    };
}

/** What happened between two readings; null when no time passed. Waiting for disks may be counted back by a little. */
export function processorUseBetween(before: ProcessorReading, after: ProcessorReading): ProcessorUse | null {
    const all = after.all - before.all;
    if (all <= 0) return null;
    const part = (ticks: number): number => Math.min(1, Math.max(0, ticks / all));
    return {
        used: part(all - (after.idle - before.idle)),
        stolen: part(after.stolen - before.stolen),
    };
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {monotonicMs, wallClockMs} from '../platform/clock.js';
import {readShort} from '../platform/files.js';

/** Two clocks that part while the host sleeps. In milliseconds, from any beginning. */
export interface SampleClock {
    /** Stands still while the host sleeps, as the counters of its machines do. */
    awakeMs(): number;
    /** Goes on. */
    passedMs(): number;
}

/** What calls again and again. */
export interface Ticks {
    /** @returns a function that ends it */
    every(intervalMs: number, tick: () => void): () => void;
}

/** The time since the computer was started, sleep included; null when the text says none (proc(5), /proc/uptime). */
export function uptimeMsOf(text: string): number | null {
    const [, seconds] = /^(\d+\.\d+) /.exec(text) ?? [];
    return seconds === undefined ? null : Number(seconds) * 1000;
}

/** This computer's clocks: CLOCK_MONOTONIC, and CLOCK_BOOTTIME as /proc/uptime has it. */
export const HOST_CLOCK: SampleClock = {
    awakeMs: monotonicMs,
    // Without /proc the time of day is as good, but for the moment at which somebody sets it: a gap then.
    passedMs: () => uptimeMsOf(readShort('/proc/uptime') ?? '') ?? wallClockMs(),
};

/** The main loop's timers. */
export const MAIN_LOOP: Ticks = {
    every(intervalMs, tick) {
        const source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, intervalMs, () => {
            tick();
            return GLib.SOURCE_CONTINUE;
        });
        return () => {
            GLib.Source.remove(source);
        };
    },
};

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {monotonicMs} from './clock.js';

/**
 * Does something with each of many items without holding the main loop up for long.
 *
 * @param sliceMs how long one go may take; then everything else gets its turn
 */
export async function inSlices<T>(items: Iterable<T>, work: (item: T) => void, sliceMs = 3): Promise<void> {
    // Others are at it: two first slices are as long as one that is twice as long.
    if (source) await nextTurn();
    let end = monotonicMs() + sliceMs;
    for (const item of items) {
        if (monotonicMs() >= end) {
            await nextTurn();
            end = monotonicMs() + sliceMs;
        }
        work(item);
    }
}

const waiting: (() => void)[] = [];
let source = 0;

/**
 * Resolves when the main loop has looked at what waits. Of several that wait one goes on at a time: GLib runs all that
 * is due in one go, and ten slices are as long as one that is ten times as long.
 */
export function nextTurn(): Promise<void> {
    return new Promise(resolve => {
        waiting.push(resolve);
        source ||= GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
            waiting.shift()?.();
            if (waiting.length > 0) return GLib.SOURCE_CONTINUE;
            source = 0;
            return GLib.SOURCE_REMOVE;
        });
    });
}

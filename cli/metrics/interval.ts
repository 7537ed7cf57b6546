// SPDX-License-Identifier: GPL-3.0-or-later
import type {CommonOptions} from '../options.js';

export interface IntervalOptions extends CommonOptions {
    /** Seconds between two looks. */
    readonly interval?: number | undefined;
}

/** Faster looks (s) say more of the clocks than of the machines; slower ones are a matter of `watch`(1). */
export const SHORTEST_INTERVAL_S = 0.5;
export const LONGEST_INTERVAL_S = 3600;
const USUAL_S = 2;

/** How much time lies between two looks. */
export function intervalMs({interval = USUAL_S}: IntervalOptions): number {
    return interval * 1000;
}

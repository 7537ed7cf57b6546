// SPDX-License-Identifier: GPL-3.0-or-later
import {monotonicMs} from '../../shared/platform/clock.js';
import {isMeasured, type TopView} from '../top/topView.js';

/** A host that answers late, or not at all, holds the first print up no longer than so many intervals. */
const LONGEST_INTERVALS = 3;

/** Passes over the views of the beginning: the first answer of a host alone tells no rates. */
export class FirstLook {
    readonly #latestMs: number;
    #over = false;

    constructor(intervalMs: number) {
        this.#latestMs = monotonicMs() + intervalMs * LONGEST_INTERVALS;
    }

    /** Whether a view is worth to be printed; from the first one on, all are. */
    isWorth(view: TopView): boolean {
        this.#over ||= isMeasured(view) || monotonicMs() > this.#latestMs;
        return this.#over;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {monotonicMs} from '../../shared/platform/clock.js';

/** Several hosts answer at about the same time: the first waits for the others as long as this (ms), or a part of an interval. */
const SETTLE_MS = 200;
const SETTLE_PART = 0.2;
/** Two prints are no closer together than this part of an interval; and after so much silence there is one, too. */
const CLOSEST_PART = 0.75;
const SILENCE_PART = 1.5;

/** Has something printed once an interval: when answers have come, and also when none does. */
export class Pace {
    #source: number | null = null;
    #touched = false;
    #printedAt: number;

    constructor(
        private readonly intervalMs: number,
        private readonly print: () => void,
    ) {
        this.#printedAt = monotonicMs();
        this.#schedule(intervalMs * SILENCE_PART);
    }

    /** An answer has come. */
    touch(): void {
        if (this.#touched) return;
        this.#touched = true;
        const settle = Math.min(SETTLE_MS, this.intervalMs * SETTLE_PART);
        const closest = this.#printedAt + this.intervalMs * CLOSEST_PART - monotonicMs();
        this.#schedule(Math.max(settle, closest));
    }

    close(): void {
        if (this.#source !== null) GLib.Source.remove(this.#source);
        this.#source = null;
    }

    #schedule(milliseconds: number): void {
        this.close();
        this.#source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, Math.max(0, milliseconds), () => {
            this.#source = null;
            this.#touched = false;
            this.#printedAt = monotonicMs();
            this.#schedule(this.intervalMs * SILENCE_PART);
            this.print();
            return GLib.SOURCE_REMOVE;
        });
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {monotonicMs} from './clock.js';

/** How long (ms) the main loop is held at a time: half a frame at 120 Hz. */
const SLICE_MS = 4;

/**
 * Works things off in the order in which they come: at once while that is quick, and in slices between which the
 * main loop can draw when they come by the thousand.
 */
export class Slicer<T> {
    readonly #work: (item: T) => void;
    readonly #backlog: T[] = [];
    #source = 0;
    #sliceEnds = 0;

    constructor(work: (item: T) => void) {
        this.#work = work;
    }

    push(item: T): void {
        if (this.#source === 0) {
            this.#sliceEnds = monotonicMs() + SLICE_MS;
            // Behind what draws: a frame that is due comes first.
            this.#source = GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => this.#nextSlice());
        }
        if (this.#backlog.length > 0 || monotonicMs() >= this.#sliceEnds) this.#backlog.push(item);
        else this.#work(item);
    }

    /** Forgets what is left. */
    close(): void {
        if (this.#source !== 0) GLib.Source.remove(this.#source);
        this.#source = 0;
        this.#backlog.length = 0;
    }

    #nextSlice(): boolean {
        const ends = monotonicMs() + SLICE_MS;
        let done = 0;
        try {
            while (done < this.#backlog.length && monotonicMs() < ends) this.#work(this.#backlog[done++]!);
        } finally {
            this.#backlog.splice(0, done);
        }
        if (this.#backlog.length > 0) return GLib.SOURCE_CONTINUE;
        this.#source = 0;
        return GLib.SOURCE_REMOVE;
    }
}

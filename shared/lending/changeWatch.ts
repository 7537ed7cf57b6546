// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {delay, onCancelled} from '../platform/clock.js';
import {CancelledError} from '../platform/errors.js';

/** Follows something; gives what ends it. */
export type Follow = (changed: () => void) => () => void;

/**
 * Waits for changes of several things at once. It listens from the beginning on, so that what happens between a look
 * and the wait that follows is not missed.
 */
export class ChangeWatch {
    readonly #end: (() => void)[];
    #changed = false;
    #wake: (() => void) | null = null;

    constructor(sources: readonly Follow[]) {
        this.#end = sources.map(follow =>
            follow(() => {
                this.#changed = true;
                this.#wake?.();
            }),
        );
    }

    /**
     * Resolves at the first change since it was called last, or when the time is up.
     *
     * @throws CancelledError
     */
    async next(mostMs: number, cancellable: Gio.Cancellable): Promise<void> {
        if (cancellable.is_cancelled()) throw new CancelledError();
        const timer = new Gio.Cancellable();
        const stopListening = onCancelled(cancellable, () => timer.cancel());
        this.#wake = () => timer.cancel();
        try {
            if (!this.#changed) await delay(mostMs, timer);
        } catch (error) {
            if (!(error instanceof CancelledError)) throw error;
        } finally {
            this.#wake = null;
            this.#changed = false;
            stopListening();
        }
        if (cancellable.is_cancelled()) throw new CancelledError();
    }

    close(): void {
        for (const end of this.#end.splice(0)) end();
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/**
 * Makes one call out of a burst: however often it is asked for, it happens once, when the main loop has nothing
 * more urgent to do.
 */
export class IdleCall {
    #source = 0;

    /** @param callback what is called */
    constructor(private readonly callback: () => void) {}

    /** Has the callback called soon. */
    queue(): void {
        if (this.#source !== 0) return;
        this.#source = GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
            this.#source = 0;
            this.callback();
            return GLib.SOURCE_REMOVE;
        });
    }

    /** Forgets a call that was asked for. */
    cancel(): void {
        if (this.#source === 0) return;
        GLib.Source.remove(this.#source);
        this.#source = 0;
    }
}

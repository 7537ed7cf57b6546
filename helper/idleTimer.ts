// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/** Knows when nothing has been asked, and nothing has been under way, for a while. */
export class IdleTimer {
    #source = 0;
    #holds = 0;
    #calls = 0;
    readonly #waiting: (() => void)[] = [];

    constructor(private readonly milliseconds: number) {
        this.#wind();
    }

    /** How many calls there were. */
    get calls(): number {
        return this.#calls;
    }

    get held(): boolean {
        return this.#holds > 0;
    }

    /** @returns what ends the hold; the time begins anew then */
    hold(): () => void {
        this.stop();
        this.#calls++;
        this.#holds++;
        let held = true;
        return () => {
            if (!held) return;
            held = false;
            this.#holds--;
            if (this.#holds === 0) this.#wind();
        };
    }

    /** Resolves when the time is over. */
    expired(): Promise<void> {
        if (this.#source === 0 && !this.held) this.#wind();
        return new Promise(resolve => this.#waiting.push(resolve));
    }

    stop(): void {
        if (this.#source !== 0) GLib.Source.remove(this.#source);
        this.#source = 0;
    }

    #wind(): void {
        this.stop();
        this.#source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, this.milliseconds, () => {
            this.#source = 0;
            for (const wake of this.#waiting.splice(0)) wake();
            return GLib.SOURCE_REMOVE;
        });
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later

/** Lets at most a number of tasks run at once; the others wait in the order they came. */
export class Limiter {
    #running = 0;
    readonly #waiting: (() => void)[] = [];

    /** @param most how many tasks may run at once */
    constructor(readonly most: number) {}

    /** Runs a task as soon as there is room and passes its result on. */
    async run<T>(task: () => Promise<T>): Promise<T> {
        if (this.#running >= this.most) await new Promise<void>(resolve => this.#waiting.push(resolve));
        else this.#running++;
        try {
            return await task();
        } finally {
            // The place is handed on, not given back, so that a newcomer cannot slip in between.
            const next = this.#waiting.shift();
            if (next) next();
            else this.#running--;
        }
    }
}

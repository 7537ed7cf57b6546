// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * A costly look that anybody may ask for, as often as they like: there is one at a time for each thing, and all who ask
 * meanwhile share the next. So nobody gets what was seen before they asked.
 */
export class SharedLook<T> {
    readonly #running = new Map<string, Promise<void>>();
    readonly #next = new Map<string, Promise<T>>();

    /** @param key what is looked at */
    look(key: string, begin: () => Promise<T>): Promise<T> {
        const next = this.#next.get(key);
        if (next) return next;
        const running = this.#running.get(key);
        if (!running) return this.#begin(key, begin);
        const later = running.then(() => {
            this.#next.delete(key);
            return this.#begin(key, begin);
        });
        this.#next.set(key, later);
        return later;
    }

    #begin(key: string, begin: () => Promise<T>): Promise<T> {
        const look = begin();
        const over = (): void => void this.#running.delete(key);
        this.#running.set(key, look.then(over, over));
        return look;
    }
}

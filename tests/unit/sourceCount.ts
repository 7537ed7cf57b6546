// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/** Counts the sources that shared code adds to the main loop and neither ends nor removes. */
export class SourceCount {
    readonly #live = new Set<number>();
    readonly #timeout = GLib.timeout_add;
    readonly #idle = GLib.idle_add;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is a static function, put back as it was
    readonly #remove = GLib.Source.remove;

    constructor() {
        const live = this.#live;
        const [timeout, idle, remove] = [this.#timeout, this.#idle, this.#remove];
        const track = (add: (callback: () => boolean) => number, callback: () => boolean): number => {
            const id: number = add(() => {
                const goesOn = callback();
                if (!goesOn) live.delete(id);
                return goesOn;
            });
            live.add(id);
            return id;
        };
        GLib.timeout_add = (priority, ms, callback) =>
            track(one => timeout(priority, ms, one), callback as () => boolean);
        GLib.idle_add = (priority, callback) => track(one => idle(priority, one), callback as () => boolean);
        GLib.Source.remove = id => {
            live.delete(id);
            return remove.call(GLib.Source, id);
        };
    }

    /** @returns how many there are now */
    get live(): number {
        return this.#live.size;
    }

    /** Ends counting. @returns how many are left */
    stop(): number {
        GLib.timeout_add = this.#timeout;
        GLib.idle_add = this.#idle;
        GLib.Source.remove = this.#remove;
        return this.#live.size;
    }
}

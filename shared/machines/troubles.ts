// SPDX-License-Identifier: GPL-3.0-or-later
import {wallClockMs} from '../platform/clock.js';
import type {Happening} from './happening.js';

/** What libvirt tells once and cannot be asked for later. */
export type Trouble = 'crash' | 'watchdog' | 'io-error';

/**
 * When something last went wrong with a machine, as its events tell while this program follows it: nothing of it is
 * kept anywhere. In milliseconds since 1970.
 */
export class Troubles {
    readonly #times = new Map<Trouble, number>();

    get crashMs(): number | null {
        return this.#times.get('crash') ?? null;
    }

    get watchdogMs(): number | null {
        return this.#times.get('watchdog') ?? null;
    }

    get ioErrorMs(): number | null {
        return this.#times.get('io-error') ?? null;
    }

    note(trouble: Trouble, atMs = wallClockMs()): void {
        this.#times.set(trouble, atMs);
    }

    /** A crash counts until the machine has ended well, the rest until it is started or goes on. */
    take({kind, atMs}: Pick<Happening, 'kind' | 'atMs'>): void {
        switch (kind) {
            case 'crashed':
                this.note('crash', atMs);
                return;
            case 'stopped':
            case 'saved':
                this.#times.clear();
                return;
            case 'started':
            case 'restored':
                this.#times.delete('watchdog');
                this.#times.delete('io-error');
                return;
            case 'resumed':
                this.#times.delete('io-error');
                return;
            default:
        }
    }
}

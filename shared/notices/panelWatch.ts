// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {PANEL_BUS_NAME} from '../names.js';
import {Bus} from '../platform/bus.js';

/** Follows whether the panel shows its indicator and so does the notifying. */
export class PanelWatch {
    #present: boolean | null = null;
    #stop: (() => void) | null = null;
    readonly #opening = new Gio.Cancellable();

    constructor() {
        Bus.open('session', this.#opening).then(
            bus => {
                if (this.#opening.is_cancelled()) return;
                this.#stop = bus.watchName(
                    PANEL_BUS_NAME,
                    () => (this.#present = true),
                    () => (this.#present = false),
                );
            },
            // Without a session bus there is no panel, and nobody to notify either.
            () => (this.#present = false),
        );
    }

    /** null until the bus has answered. */
    get present(): boolean | null {
        return this.#present;
    }

    /** Ends following. */
    close(): void {
        this.#opening.cancel();
        this.#stop?.();
        this.#stop = null;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../../shared/machines/machine.js';

/** What shows one machine at a time: another one takes the place of the one before. */
export class Followed {
    #machine: Machine | null = null;
    #release: () => void = () => undefined;

    /**
     * @param signals of the machine, e.g. `notify::state`
     * @param changed called when one of them is emitted
     */
    constructor(
        private readonly signals: readonly string[],
        private readonly changed: () => void,
    ) {}

    get machine(): Machine | null {
        return this.#machine;
    }

    /** Follows another machine, or none; `changed` is not called. @returns whether it is another one */
    set(machine: Machine | null): boolean {
        if (machine === this.#machine) return false;
        this.#release();
        this.#machine = machine;
        const ids = machine ? this.signals.map(signal => machine.connect(signal, this.changed)) : [];
        this.#release = () => {
            for (const id of ids) machine?.disconnect(id);
        };
        return true;
    }
}

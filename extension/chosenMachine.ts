// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../shared/hosts/hostList.js';
import type {Machine} from '../shared/machines/machine.js';
import type {Preferences} from '../shared/settings/preferences.js';
import {Disposer} from './disposer.js';
import {IdleCall} from './idleCall.js';

/** The machine that the keys and the Quick Settings toggle are for, once it is there. */
export class ChosenMachine {
    readonly #disposer = new Disposer();
    readonly #listeners = new Set<() => void>();

    constructor(
        private readonly hosts: HostList,
        private readonly preferences: Preferences,
    ) {
        const changed = new IdleCall(() => {
            for (const listener of this.#listeners) listener();
        });
        this.#disposer.add(() => changed.cancel());
        const id = hosts.connect('changed', () => changed.queue());
        this.#disposer.add(() => hosts.disconnect(id));
        this.#disposer.add(preferences.onChanged('chosen-machine', () => changed.queue()));
    }

    /** null when none is chosen, or the chosen one is not there. */
    get machine(): Machine | null {
        return this.hosts.byKey(this.preferences.chosenMachine) ?? null;
    }

    /**
     * Calls back when another machine is the chosen one, or its state may be another.
     *
     * @returns a function that ends it
     */
    onChanged(listener: () => void): () => void {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
    }

    dispose(): void {
        this.#disposer.dispose();
    }
}

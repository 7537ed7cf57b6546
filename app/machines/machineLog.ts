// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Happening} from '../../shared/machines/happening.js';
import type {Machine} from '../../shared/machines/machine.js';

/** Happenings that are kept of each machine. */
const MOST_KEPT = 200;

/** What happened to each machine since the window was opened; libvirt itself keeps no history. */
export class MachineLog {
    readonly #kept = new WeakMap<Machine, Happening[]>();
    readonly #listeners = new Set<(machine: Machine, happening: Happening) => void>();
    readonly #release: () => void;

    constructor(hosts: HostList) {
        const id = hosts.connect('happened', (_hosts, machine: Machine, happening: Happening) => {
            const kept = this.#kept.get(machine) ?? [];
            kept.push(happening);
            if (kept.length > MOST_KEPT) kept.shift();
            this.#kept.set(machine, kept);
            for (const listener of this.#listeners) listener(machine, happening);
        });
        this.#release = () => hosts.disconnect(id);
    }

    /** What happened to a machine, the oldest first. */
    of(machine: Machine): readonly Happening[] {
        return this.#kept.get(machine) ?? [];
    }

    /** Calls back at each happening; returns a function that ends it. */
    onHappened(listener: (machine: Machine, happening: Happening) => void): () => void {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
    }

    /** Stops following. */
    close(): void {
        this.#release();
        this.#listeners.clear();
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../hosts/hostList.js';
import type {Machine} from '../machines/machine.js';
import type {MachineList} from '../machines/machineList.js';
import type {Boot} from './boot.js';
import {BootLog} from './bootLog.js';
import {MACHINE_SIGNS} from './bootSigns.js';
import {type BootSigns, BootWatch} from './bootWatch.js';
import {HOST_CLOCK, type SampleClock} from './sampleClock.js';

export interface BootsOptions {
    readonly log?: Pick<BootLog, 'boots' | 'keep'>;
    readonly signs?: BootSigns;
    readonly clock?: SampleClock;
}

/**
 * Times the starts of the machines of all hosts, and keeps the last twenty of each.
 *
 * Panel and app both run one: whoever sees a start times it, and one that both have seen is kept once.
 */
export class Boots {
    readonly #log: Pick<BootLog, 'boots' | 'keep'>;
    readonly #signs: BootSigns;
    readonly #clock: SampleClock;
    readonly #watches = new Map<MachineList, BootWatch>();
    readonly #kept = new Set<(machine: Machine) => void>();
    readonly #changed: number;

    constructor(
        private readonly hosts: HostList,
        {log = new BootLog(), signs = MACHINE_SIGNS, clock = HOST_CLOCK}: BootsOptions = {},
    ) {
        this.#log = log;
        this.#signs = signs;
        this.#clock = clock;
        this.#changed = hosts.connect('items-changed', () => this.#follow());
        this.#follow();
    }

    /**
     * The starts of a machine that are kept, the oldest first.
     *
     * @throws StateFileError, DeadlineError, or what the machine's details could not be read for
     */
    async boots(machine: Machine): Promise<readonly Boot[]> {
        await machine.loadDetails();
        return machine.uuid === '' ? [] : await this.#log.boots(machine.host.id, machine.uuid);
    }

    /** Calls back when more is known of a machine's last start. @returns a function that ends it */
    onKept(callback: (machine: Machine) => void): () => void {
        const kept = (machine: Machine): void => callback(machine);
        this.#kept.add(kept);
        return () => void this.#kept.delete(kept);
    }

    /** Watches no longer; starts that are under way are not waited for. */
    close(): void {
        this.hosts.disconnect(this.#changed);
        for (const watch of this.#watches.values()) watch.close();
        this.#watches.clear();
        this.#kept.clear();
    }

    #follow(): void {
        const {lists} = this.hosts;
        for (const [list, watch] of this.#watches) {
            if (lists.includes(list)) continue;
            watch.close();
            this.#watches.delete(list);
        }
        for (const list of lists) if (!this.#watches.has(list)) this.#watches.set(list, this.#watch(list));
    }

    #watch(list: MachineList): BootWatch {
        const keep = async (machine: Machine, boot: Boot): Promise<void> => {
            await this.#log.keep(machine.host.id, machine.uuid, boot);
            for (const kept of [...this.#kept]) kept(machine);
        };
        return new BootWatch(list, keep, this.#signs, this.#clock);
    }
}

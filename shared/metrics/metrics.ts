// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../hosts/hostList.js';
import type {Machine} from '../machines/machine.js';
import type {MachineList} from '../machines/machineList.js';
import {followMachines} from './followMachines.js';
import {History} from './history.js';
import {statisticsOf} from './hostStatistics.js';
import {INTERVAL_MS, type Sample, Sampler, type SamplerOptions, type Watch} from './sampler.js';

interface HostFigures {
    readonly list: MachineList;
    readonly sampler: Sampler;
    readonly unfollow: () => void;
}

export interface MetricsOptions extends Omit<SamplerOptions, 'wanted'> {
    /** The machines whose figures are read; all of them unless told. */
    readonly wanted?: (key: string) => boolean;
}

/** The figures of the machines of all hosts, sampled only while somebody looks: one sampler a host, shared by all. */
export class Metrics {
    readonly intervalMs: number;
    readonly #figures = new Map<MachineList, HostFigures>();
    readonly #everywhere = new Set<Everywhere>();
    readonly #changed: number;
    #closed = false;

    constructor(
        private readonly hosts: HostList,
        private readonly options: MetricsOptions = {},
    ) {
        this.intervalMs = options.intervalMs ?? INTERVAL_MS;
        this.#changed = hosts.connect('items-changed', () => this.#follow());
    }

    /**
     * Samples the machine's host from now on.
     *
     * @param changed called after each answer, good or bad
     */
    watch(machine: Machine, changed: () => void): Watch {
        const figures = this.#of(machine);
        return figures ? figures.sampler.watch(changed) : {close: () => undefined};
    }

    /** Samples every host, also those that come later. */
    watchAll(changed: () => void): Watch {
        const everywhere = {changed, watches: new Map<HostFigures, Watch>()};
        this.#everywhere.add(everywhere);
        this.#watchEverywhere();
        return {
            close: () => {
                this.#everywhere.delete(everywhere);
                for (const watch of everywhere.watches.values()) watch.close();
                everywhere.watches.clear();
            },
        };
    }

    /** What is known of a machine now; null while nobody looks, before the first answer, and when it does not run. */
    sample(machine: Machine): Sample | null {
        return this.#of(machine)?.sampler.sample(machine.name) ?? null;
    }

    /** What a machine did; it is kept from the first time that it is asked for, while somebody looks. */
    history(machine: Machine): History {
        return this.#of(machine)?.sampler.history(machine.name) ?? new History(this.intervalMs);
    }

    /** Why the last question to the machine's host brought nothing; null when it brought something. */
    problem(machine: Machine): unknown {
        return this.#of(machine)?.sampler.problem ?? null;
    }

    /** Ends all looking, at once. */
    close(): void {
        if (this.#closed) return;
        this.#closed = true;
        this.hosts.disconnect(this.#changed);
        this.#everywhere.clear();
        for (const figures of this.#figures.values()) end(figures);
        this.#figures.clear();
    }

    #of(machine: Machine): HostFigures | null {
        const list = this.hosts.lists.find(({host}) => host === machine.host);
        return list ? this.#ofList(list) : null;
    }

    #ofList(list: MachineList): HostFigures | null {
        if (this.#closed) return null;
        let figures = this.#figures.get(list);
        if (!figures) {
            const {wanted} = this.options;
            const sampler = new Sampler(statisticsOf(list.host), {
                ...this.options,
                intervalMs: this.intervalMs,
                wanted: wanted && (name => wanted(`${list.host.id}/${name}`)),
            });
            figures = {list, sampler, unfollow: followMachines(sampler, list)};
            this.#figures.set(list, figures);
        }
        return figures;
    }

    /** Hosts came or went. */
    #follow(): void {
        for (const [list, figures] of this.#figures) {
            if (this.hosts.lists.includes(list)) continue;
            end(figures);
            this.#figures.delete(list);
            for (const {watches} of this.#everywhere) watches.delete(figures);
        }
        this.#watchEverywhere();
    }

    #watchEverywhere(): void {
        for (const {changed, watches} of this.#everywhere) {
            for (const list of this.hosts.lists) {
                const figures = this.#ofList(list);
                if (figures && !watches.has(figures)) watches.set(figures, figures.sampler.watch(changed));
            }
        }
    }
}

interface Everywhere {
    readonly changed: () => void;
    readonly watches: Map<HostFigures, Watch>;
}

function end({sampler, unfollow}: HostFigures): void {
    unfollow();
    sampler.close();
}

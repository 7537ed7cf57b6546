// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../../shared/hosts/hostList.js';
import type {HostState} from '../../shared/libvirt/host.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {MachineList} from '../../shared/machines/machineList.js';
import {type Bottleneck, bottleneckOf} from '../../shared/metrics/bottleneck.js';
import {type HostFigures, HostFiguresReader} from '../../shared/metrics/hostFigures.js';
import type {Metrics} from '../../shared/metrics/metrics.js';
import type {HostPressure} from '../../shared/metrics/pressure.js';
import type {Sample} from '../../shared/metrics/sampler.js';
import {wallClockMs} from '../../shared/platform/clock.js';
import {FreshSamples} from '../metrics/freshSamples.js';

/** A machine that runs, or is otherwise there as a guest. */
export interface TopRow {
    readonly machine: Machine;
    /** null when there are no figures of this moment. */
    readonly sample: Sample | null;
    readonly bottleneck: Bottleneck;
}

/** A connection, and what keeps it from giving figures. */
export interface TopHost {
    readonly id: string;
    readonly label: string;
    readonly state: HostState;
    /** null when there is nothing to say. */
    readonly problem: unknown;
    /** Whether a question is out that should have been answered by now. */
    readonly silent: boolean;
}

/** What is shown of one moment. */
export interface TopView {
    readonly atMs: number;
    readonly computer: HostFigures;
    readonly hosts: readonly TopHost[];
    readonly rows: readonly TopRow[];
}

/** Whether each host has figures that it took two readings for, or says why it has none. */
export function isMeasured({rows, hosts}: TopView): boolean {
    return hosts.every(({id, state, problem}) => {
        const its = rows.filter(({machine}) => machine.host.id === id && machine.active);
        return (
            problem !== null ||
            (state === 'ready' && (its.length === 0 || its.some(({sample}) => sample?.rates)))
        );
    });
}

/** Gathers what there is of a moment; to be asked once a tick. */
export class TopViewer {
    readonly #samples: FreshSamples;
    readonly #computer = new HostFiguresReader();

    /** @param only the one machine to look at, whatever its state */
    constructor(
        private readonly hosts: HostList,
        private readonly metrics: Metrics,
        private readonly only: Machine | null = null,
    ) {
        this.#samples = new FreshSamples(metrics);
    }

    async look(): Promise<TopView> {
        const computer = await this.#computer.read();
        const views = this.hosts.lists.map(list => {
            // The test driver's machines are on no computer.
            const rows = this.#rows(list, list.host.id === 'test' ? null : computer.pressure);
            return {rows, host: this.#host(list, rows)};
        });
        return {
            atMs: wallClockMs(),
            computer,
            hosts: views.map(({host}) => host),
            rows: views.flatMap(({rows}) => rows),
        };
    }

    #rows(list: MachineList, pressure: HostPressure | null): TopRow[] {
        return list.machines
            .filter(machine => (this.only ? machine === this.only : machine.active))
            .map(machine => {
                const sample = this.#samples.sample(machine);
                const facts = {
                    paused: machine.state === 'paused' || machine.state === 'pmsuspended',
                    memory: sample?.reading.memory ?? null,
                    rates: sample?.rates ?? null,
                    pressure,
                };
                return {machine, sample, bottleneck: bottleneckOf(facts)};
            });
    }

    #host({host}: MachineList, rows: readonly TopRow[]): TopHost {
        const {id, label, state} = host;
        const first = rows[0];
        const problem = state === 'lost' ? host.error : first ? this.metrics.problem(first.machine) : null;
        const known = first ? this.metrics.sample(first.machine) : null;
        // Only what is too old is known of it: nothing has come since.
        const silent = state === 'ready' && problem === null && known !== null && first!.sample === null;
        return {id, label, state, problem, silent};
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Happening} from '../machines/happening.js';
import type {Machine} from '../machines/machine.js';
import type {MachineList} from '../machines/machineList.js';
import type {Sampler} from './sampler.js';

/**
 * Tells a sampler of machines that start anew, since their counters alone need not show it, and of those that go.
 *
 * @returns a function that ends it
 */
export function followMachines(
    sampler: Pick<Sampler, 'restarted' | 'forget'>,
    list: MachineList,
): () => void {
    const id = list.connect('happened', (_list: unknown, machine: Machine, {kind}: Happening) => {
        if (kind === 'removed') sampler.forget(machine.name);
        else if (kind === 'started' || kind === 'restored') sampler.restarted(machine.name);
    });
    return () => list.disconnect(id);
}

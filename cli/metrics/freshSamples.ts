// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../../shared/machines/machine.js';
import type {Metrics} from '../../shared/metrics/metrics.js';
import type {Sample} from '../../shared/metrics/sampler.js';
import {monotonicMs} from '../../shared/platform/clock.js';

/** What is older than so many intervals is no figure of the moment. */
const FRESH_INTERVALS = 1.75;

/** The samples of machines, without those that a host which does not answer has left standing. */
export class FreshSamples {
    readonly #seen = new WeakMap<Machine, {readonly sample: Sample; readonly atMs: number}>();

    constructor(private readonly metrics: Metrics) {}

    /** null when there is no figure of this moment; to be asked for at each tick. */
    sample(machine: Machine): Sample | null {
        const sample = this.metrics.sample(machine);
        if (sample === null) return null;
        const now = monotonicMs();
        const seen = this.#seen.get(machine);
        if (seen?.sample === sample)
            return now - seen.atMs < this.metrics.intervalMs * FRESH_INTERVALS ? sample : null;
        this.#seen.set(machine, {sample, atMs: now});
        return sample;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../../shared/machines/machine.js';
import type {Metrics} from '../../shared/metrics/metrics.js';
import type {Sample, Watch} from '../../shared/metrics/sampler.js';
import {monotonicMs} from '../../shared/platform/clock.js';

/** A host that answers late gives gaps: after so many intervals one takes what there is. */
const MOST_INTERVALS = 4;

/**
 * Waits until there are figures that need two readings, of all of these machines that can have any.
 *
 * @param machines as they are at the time
 * @returns who looks on, so that the figures stay
 * @throws what libvirt failed with, when there is no machine of which anything is known
 */
export async function measure(metrics: Metrics, machines: () => readonly Machine[]): Promise<Watch> {
    const latest = monotonicMs() + metrics.intervalMs * MOST_INTERVALS;
    let watch: Watch | null = null;
    await new Promise<void>((resolve, reject) => {
        watch = metrics.watchAll(() => {
            const counted = machines().filter(({active}) => active);
            const problems = counted.map(machine => metrics.problem(machine));
            const answered = counted.filter((_machine, at) => problems[at] === null);
            if (counted.length > 0 && answered.length === 0) reject(problems[0]);
            else if (answered.every(machine => isWhole(metrics.sample(machine))) || monotonicMs() > latest)
                resolve();
        });
    });
    return watch!;
}

/** Of a machine that is busy with a job, as another question is, libvirt leaves its disks out for that time. */
function isWhole(sample: Sample | null): boolean {
    const rates = sample?.rates;
    return rates ? sample.reading.disks.length === 0 || rates.disk.readBytes !== null : false;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Figure} from '../../shared/metrics/reading.js';
import type {Sample} from '../../shared/metrics/sampler.js';
import {memoryInUse} from '../../shared/metrics/words.js';
import type {TopRow} from './topView.js';

/** What machines can be sorted by, and the key for it. */
export const ORDERS = {c: 'cpu', m: 'memory', d: 'disk', n: 'network'} as const;
export type Order = (typeof ORDERS)[keyof typeof ORDERS];

const FIGURES: Readonly<Record<Order, (sample: Sample) => Figure>> = {
    cpu: ({rates}) => rates?.cpu ?? null,
    memory: ({reading}) => memoryInUse(reading.memory),
    disk: ({rates}) => together(rates?.disk.readBytes, rates?.disk.writtenBytes),
    network: ({rates}) => together(rates?.network.inBytes, rates?.network.outBytes),
};

/** The machines with the most of it first; those of which it is not known last, and equal ones as they were. */
export function inOrder(rows: readonly TopRow[], order: Order): TopRow[] {
    const figure = new Map(rows.map(row => [row, (row.sample && FIGURES[order](row.sample)) ?? -1]));
    return [...rows].sort((one, other) => figure.get(other)! - figure.get(one)!);
}

function together(one: Figure = null, other: Figure = null): Figure {
    return one === null && other === null ? null : (one ?? 0) + (other ?? 0);
}

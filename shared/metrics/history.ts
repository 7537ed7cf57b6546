// SPDX-License-Identifier: GPL-3.0-or-later
import type {Rates} from './rates.js';
import type {Reading} from './reading.js';
import {Ring} from './ring.js';

/** What is drawn of a machine. Fractions, bytes, and bytes or pieces a second; latency in milliseconds. */
export const COLUMNS = [
    'cpu',
    'stolen',
    'memory',
    'diskRead',
    'diskWritten',
    'diskLatency',
    'networkIn',
    'networkOut',
    'networkDrops',
] as const;
export type Column = (typeof COLUMNS)[number];

const FINE_MS = 5 * 60_000;
const COARSE_MS = 60 * 60_000;
/** How much time one moment of the hour stands for. */
const COARSE_STEP_MS = 30_000;

/** What a machine did: the last five minutes at full rate, the last hour thinned to means of half a minute. */
export class History {
    readonly fine: Ring;
    readonly coarse: Ring;
    readonly #sums: Float64Array;
    readonly #counts: Uint32Array;
    #step: number | null = null;

    /**
     * @param intervalMs how much time lies between two moments
     * @param columns how many values each has
     */
    constructor(
        intervalMs: number,
        private readonly columns: number = COLUMNS.length,
    ) {
        this.fine = new Ring(Math.ceil(FINE_MS / intervalMs), columns);
        this.coarse = new Ring(COARSE_MS / COARSE_STEP_MS, columns);
        this.#sums = new Float64Array(columns);
        this.#counts = new Uint32Array(columns);
    }

    /**
     * Adds a moment.
     *
     * @param atMs on a clock that goes on while the host sleeps
     * @param values one for each column; null for a gap in all
     */
    push(atMs: number, values: readonly (number | null)[] | null): void {
        const all = values ?? Array.from({length: this.columns}, () => null);
        this.fine.push(atMs, all);
        const step = Math.floor(atMs / COARSE_STEP_MS);
        if (this.#step !== null && step !== this.#step) this.#closeStep();
        this.#step = step;
        all.forEach((value, column) => {
            if (value === null) return;
            this.#sums[column]! += value;
            this.#counts[column]!++;
        });
    }

    #closeStep(): void {
        const means = Array.from(this.#counts, (count, column) =>
            count === 0 ? null : this.#sums[column]! / count,
        );
        this.coarse.push((this.#step! + 0.5) * COARSE_STEP_MS, means);
        this.#sums.fill(0);
        this.#counts.fill(0);
    }
}

/** What a machine's history keeps of a moment. */
export function valuesOf(reading: Reading, rates: Rates): (number | null)[] {
    const {memory} = reading;
    const inUse =
        memory.available !== null && memory.usable !== null
            ? Math.max(0, memory.available - memory.usable)
            : memory.resident;
    const values: Readonly<Record<Column, number | null>> = {
        cpu: rates.cpu,
        stolen: greatest(rates.vcpus.map(({stolen, waited}) => stolen ?? waited)),
        memory: inUse,
        diskRead: rates.disk.readBytes,
        diskWritten: rates.disk.writtenBytes,
        diskLatency: rates.disk.latencyMs,
        networkIn: rates.network.inBytes,
        networkOut: rates.network.outBytes,
        networkDrops: rates.network.drops,
    };
    return COLUMNS.map(column => values[column]);
}

/** The greatest of what is known; null when nothing is. */
function greatest(figures: readonly (number | null)[]): number | null {
    const known = figures.filter(figure => figure !== null);
    return known.length === 0 ? null : Math.max(...known);
}

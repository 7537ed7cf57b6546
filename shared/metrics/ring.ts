// SPDX-License-Identifier: GPL-3.0-or-later

/** A moment with a value for each column; null is a gap. */
export interface Moment {
    readonly atMs: number;
    readonly values: readonly (number | null)[];
}

/** The last so many moments in memory that never grows; the oldest makes room for the newest. */
export class Ring {
    readonly #times: Float64Array;
    readonly #values: Float32Array;
    #next = 0;
    #length = 0;

    /**
     * @param capacity how many moments it holds
     * @param columns how many values each has; they are kept to seven digits
     */
    constructor(
        readonly capacity: number,
        readonly columns: number,
    ) {
        this.#times = new Float64Array(capacity);
        this.#values = new Float32Array(capacity * columns);
    }

    get length(): number {
        return this.#length;
    }

    push(atMs: number, values: readonly (number | null)[]): void {
        this.#times[this.#next] = atMs;
        for (let column = 0; column < this.columns; column++)
            this.#values[this.#next * this.columns + column] = values[column] ?? NaN;
        this.#next = (this.#next + 1) % this.capacity;
        this.#length = Math.min(this.#length + 1, this.capacity);
    }

    /** When the moment was, counted from the oldest. */
    timeAt(at: number): number {
        return this.#times[this.#slot(at)] ?? NaN;
    }

    /** A value of a moment, counted from the oldest; null where there is a gap. */
    valueAt(at: number, column: number): number | null {
        const value = this.#values[this.#slot(at) * this.columns + column];
        return value === undefined || Number.isNaN(value) ? null : value;
    }

    /** From the oldest to the newest. */
    *moments(): Generator<Moment> {
        for (let at = 0; at < this.#length; at++) {
            const values = Array.from({length: this.columns}, (_none, column) => this.valueAt(at, column));
            yield {atMs: this.timeAt(at), values};
        }
    }

    #slot(at: number): number {
        return at < 0 || at >= this.#length
            ? this.capacity
            : (this.#next - this.#length + at + this.capacity) % this.capacity;
    }
}

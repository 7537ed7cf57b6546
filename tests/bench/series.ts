// SPDX-License-Identifier: GPL-3.0-or-later

/** Several measurements of one thing, all in one unit. Its figures are NaN while there are none. */
export class Series {
    readonly #values: number[] = [];

    add(value: number): void {
        this.#values.push(value);
    }

    get values(): readonly number[] {
        return this.#values;
    }

    get count(): number {
        return this.#values.length;
    }

    get min(): number {
        return this.quantile(0);
    }

    get max(): number {
        return this.quantile(1);
    }

    get median(): number {
        return this.quantile(0.5);
    }

    /** @param part between 0 and 1; between two measurements the value is interpolated */
    quantile(part: number): number {
        const sorted = this.#values.toSorted((a, b) => a - b);
        const at = (sorted.length - 1) * part;
        const below = sorted[Math.floor(at)] ?? NaN;
        const above = sorted[Math.ceil(at)] ?? NaN;
        return below + (above - below) * (at - Math.floor(at));
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Where things are in a graph; numbers only, no widgets.

/** A moment of a graph, with a value for each of its lines; null is a gap. */
export interface GraphPoint {
    /** In milliseconds, on any clock. */
    readonly atMs: number;
    readonly values: readonly (number | null)[];
}

/** How much time a graph shows, and from where on two moments are too far apart to be joined. In milliseconds. */
export interface GraphSpan {
    readonly spanMs: number;
    readonly gapMs: number;
}

/** The time that a graph's width stands for. */
export interface TimeFrame {
    /** The moment at the edge to which time flows: the right one, and the left one where one reads from the right. */
    readonly nowMs: number;
    readonly spanMs: number;
    readonly width: number;
    readonly rightToLeft: boolean;
}

/** 1, 2 and 5 times a power of ten are round. */
const ROUND = [1, 2, 5, 10] as const;

/**
 * The least round number that a value does not exceed, so that a scale changes seldom.
 *
 * @param least the result is no less: what is nothing is not drawn as a mountain
 */
export function roundUp(value: number, least: number): number {
    if (!(value > least)) return least;
    const power = 10 ** Math.floor(Math.log10(value));
    const step = ROUND.find(one => one * power >= value * (1 - 1e-9)) ?? 10;
    return Math.max(least, step * power);
}

/** The greatest value of any line; 0 when there is none. */
export function greatestOf(points: readonly GraphPoint[]): number {
    let greatest = 0;
    for (const {values} of points) for (const value of values) greatest = Math.max(greatest, value ?? 0);
    return greatest;
}

/** Where a moment is, in pixels from the left. */
export function xOf(atMs: number, {nowMs, spanMs, width, rightToLeft}: TimeFrame): number {
    const passed = ((nowMs - atMs) / spanMs) * width;
    return rightToLeft ? passed : width - passed;
}

/** The moment that is there; the inverse of {@link xOf}. */
export function timeAtX(x: number, {nowMs, spanMs, width, rightToLeft}: TimeFrame): number {
    const passed = rightToLeft ? x : width - x;
    return width > 0 ? nowMs - (passed / width) * spanMs : nowMs;
}

/** Where a value is, in pixels from the top; what exceeds the scale is at its edge. */
export function yOf(value: number, top: number, height: number): number {
    const part = top > 0 ? Math.min(1, Math.max(0, value / top)) : 0;
    return height - part * height;
}

/** One moment of one line. */
export interface LinePoint {
    readonly atMs: number;
    readonly value: number;
}

/** The pieces of a line that are drawn in one go: it is broken where a value is missing, or too much time. */
export function piecesOf(points: readonly GraphPoint[], line: number, gapMs: number): LinePoint[][] {
    const pieces: LinePoint[][] = [];
    let piece: LinePoint[] = [];
    for (const {atMs, values} of points) {
        const value = values[line] ?? null;
        const last = piece.at(-1);
        if (last && (value === null || atMs - last.atMs > gapMs)) {
            pieces.push(piece);
            piece = [];
        }
        if (value !== null) piece.push({atMs, value});
    }
    if (piece.length > 0) pieces.push(piece);
    return pieces;
}

/** The place of the moment that is nearest to a time; -1 when there is none. */
export function nearestTo(points: readonly GraphPoint[], atMs: number): number {
    let nearest = -1;
    let distance = Infinity;
    points.forEach((point, at) => {
        const away = Math.abs(point.atMs - atMs);
        if (away < distance) {
            nearest = at;
            distance = away;
        }
    });
    return nearest;
}

/** What a line did: its last value, its least and its greatest; null when it has none. */
export interface Summary {
    readonly last: number | null;
    readonly least: number;
    readonly greatest: number;
}

/** Sums a line up for somebody who does not see it. */
export function summaryOf(points: readonly GraphPoint[], line: number): Summary | null {
    const known = points.map(({values}) => values[line] ?? null).filter(value => value !== null);
    if (known.length === 0) return null;
    return {
        last: points.at(-1)?.values[line] ?? null,
        least: Math.min(...known),
        greatest: Math.max(...known),
    };
}

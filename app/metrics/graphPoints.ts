// SPDX-License-Identifier: GPL-3.0-or-later
import type {History} from '../../shared/metrics/history.js';
import type {Ring} from '../../shared/metrics/ring.js';
import type {GraphPoint, GraphSpan} from './graphScale.js';

/** What can be looked at: the last five minutes at full rate, or the last hour thinned. */
export type SpanId = 'minutes' | 'hour';

const MINUTES_MS = 5 * 60_000;
const HOUR_MS = 60 * 60_000;
/** Moments of the hour are half a minute apart. */
const HOUR_GAP_MS = 75_000;
/** A moment that is missing is no gap: an answer may come late. */
const GAP_INTERVALS = 3.5;

/** @param intervalMs how far apart moments at full rate are */
export function spanOf(id: SpanId, intervalMs: number): GraphSpan {
    return id === 'minutes'
        ? {spanMs: MINUTES_MS, gapMs: intervalMs * GAP_INTERVALS}
        : {spanMs: HOUR_MS, gapMs: Math.max(HOUR_GAP_MS, intervalMs * GAP_INTERVALS)};
}

/** When the last moment was; null before the first. */
export function lastTimeOf({fine}: History): number | null {
    return fine.length === 0 ? null : fine.timeAt(fine.length - 1);
}

/**
 * What is drawn of a history, the oldest first.
 *
 * The hour ends with the last moment of all, so that it, too, shows what is now.
 *
 * @param columns which of the history's values are lines
 */
export function pointsOf(history: History, columns: readonly number[], id: SpanId): GraphPoint[] {
    const {fine, coarse} = history;
    const nowMs = lastTimeOf(history);
    if (nowMs === null) return [];
    const since = nowMs - spanOf(id, 0).spanMs;
    if (id === 'minutes') return momentsOf(fine, columns, since);
    return [...momentsOf(coarse, columns, since), pointAt(fine, fine.length - 1, columns)];
}

function momentsOf(ring: Ring, columns: readonly number[], since: number): GraphPoint[] {
    const points: GraphPoint[] = [];
    for (let at = 0; at < ring.length; at++)
        if (ring.timeAt(at) >= since) points.push(pointAt(ring, at, columns));
    return points;
}

function pointAt(ring: Ring, at: number, columns: readonly number[]): GraphPoint {
    return {atMs: ring.timeAt(at), values: columns.map(column => ring.valueAt(at, column))};
}

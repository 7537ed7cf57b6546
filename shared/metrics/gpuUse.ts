// SPDX-License-Identifier: GPL-3.0-or-later
// How busy Linux keeps its cards, from what their drivers say of each use in /proc/PID/fdinfo.
// https://docs.kernel.org/gpu/drm-usage-stats.html
import {differsBySleep, type SampleTime} from './rates.js';

/** A part of a card that works by itself, e.g. `render` or `video`, as one client used it. */
export interface EngineReading {
    /** Nanoseconds, or cycles where `total` is there. */
    readonly busy: number;
    /** How many cycles there were in all; null where the driver counts time. */
    readonly total: number | null;
    /** How many there are of this engine. */
    readonly capacity: number;
}

/** One use of a card, by the driver's own account. */
export interface ClientReading {
    /** Unique on its card; descriptors that were passed on have the same. */
    readonly id: string;
    /** The card's PCI address; null where the driver does not tell. */
    readonly address: string | null;
    readonly engines: ReadonlyMap<string, EngineReading>;
}

/** All uses that could be seen, and when. */
export interface GpuReading extends SampleTime {
    readonly clients: readonly ClientReading[];
    /** How many processes could not be looked into: each may use a card. */
    readonly uninspected: number;
}

/** How busy a card is, as far as one can see. */
export interface GpuUse {
    readonly address: string;
    /** Name → part of the time, 0 to 1, the busiest first. */
    readonly engines: readonly (readonly [name: string, part: number])[];
}

const NS_PER_MS = 1e6;

/** Reads a fdinfo file; null for one that is no DRM descriptor, or whose driver tells nothing of engines. */
export function clientReadingOf(text: string): ClientReading | null {
    const values = new Map<string, string>();
    for (const line of text.split('\n')) {
        const [, key, value] = /^(drm-[^:\s]+):\s*(.*?)\s*$/.exec(line) ?? [];
        if (key !== undefined && value !== undefined) values.set(key, value);
    }
    const id = values.get('drm-client-id');
    if (id === undefined) return null;
    const engines = new Map<string, EngineReading>();
    for (const [key, value] of values) {
        const [, kind, name] = /^drm-(engine|cycles)-(.+)$/.exec(key) ?? [];
        if (name === undefined) continue;
        const busy = numberIn(value, kind === 'engine' ? / ns$/ : /$/);
        const total = kind === 'engine' ? null : numberIn(values.get(`drm-total-cycles-${name}`) ?? '', /$/);
        if (busy === null || (kind === 'cycles' && total === null)) continue;
        const capacity = numberIn(values.get(`drm-engine-capacity-${name}`) ?? '1', /$/) ?? 1;
        // A driver that gives both means the same by them.
        if (!engines.has(name) || total === null)
            engines.set(name, {busy, total, capacity: Math.max(1, capacity)});
    }
    if (engines.size === 0) return null;
    return {id, address: values.get('drm-pdev') ?? null, engines};
}

/**
 * How busy the cards were between two looks.
 *
 * Clients that came or went in between do not count: nobody knows what of their time was in it.
 *
 * @returns null when the host slept in between, or no time passed; no card of which nothing could be seen
 */
export function gpuUseBetween(before: GpuReading, after: GpuReading): GpuUse[] | null {
    const elapsedMs = after.awakeMs - before.awakeMs;
    if (elapsedMs <= 0 || differsBySleep(before, after)) return null;
    const known = new Map(before.clients.map(client => [keyOf(client), client]));
    const cards = new Map<string, Map<string, number>>();
    for (const [key, client] of new Map(after.clients.map(client => [keyOf(client), client]))) {
        const old = known.get(key);
        if (!old || client.address === null) continue;
        const sums = cards.get(client.address) ?? new Map<string, number>();
        cards.set(client.address, sums);
        for (const [name, engine] of client.engines) {
            const part = partOf(old.engines.get(name), engine, elapsedMs);
            if (part !== null) sums.set(name, (sums.get(name) ?? 0) + part);
        }
    }
    return [...cards]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([address, sums]) => ({
            address,
            engines: [...sums]
                .map(([name, part]) => [name, Math.min(1, part)] as const)
                .sort(([, one], [, other]) => other - one),
        }));
}

function keyOf({id, address}: ClientReading): string {
    return `${address ?? ''} ${id}`;
}

/** @returns null when the counter went back, or cannot be compared */
function partOf(old: EngineReading | undefined, now: EngineReading, elapsedMs: number): number | null {
    if (!old || now.busy < old.busy || (old.total === null) !== (now.total === null)) return null;
    const whole =
        now.total === null ? elapsedMs * NS_PER_MS * now.capacity : (now.total - old.total!) * now.capacity;
    return whole <= 0 ? null : (now.busy - old.busy) / whole;
}

function numberIn(text: string, unit: RegExp): number | null {
    const figure = text.replace(unit, '');
    return unit.test(text) && /^\d{1,20}$/.test(figure) ? Number(figure) : null;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {DiskReading, Figure, MemoryReading, NetworkReading, Reading, VcpuReading} from './reading.js';

/** A moment on two clocks, in milliseconds. */
export interface SampleTime {
    /** On the one that stands still while the host sleeps. */
    readonly awakeMs: number;
    /** On the one that goes on. */
    readonly passedMs: number;
}

/** A reading, and when it was true. */
export interface TimedReading extends SampleTime {
    readonly reading: Reading;
    /** How long the call took in all (ms): it was true at some moment of it. */
    readonly tookMs: number;
}

/** How much of its time a virtual processor ran, and how much it waited for one of the host's: 0 to 1. */
export interface VcpuRates {
    readonly index: number;
    readonly used: Figure;
    readonly waited: Figure;
    /** What the guest sees of the wait: steal. */
    readonly stolen: Figure;
}

/** Per second; latency in milliseconds a request, null while there was none. */
export interface DiskRates {
    readonly readBytes: Figure;
    readonly writtenBytes: Figure;
    readonly reads: Figure;
    readonly writes: Figure;
    readonly latencyMs: Figure;
    readonly errors: Figure;
}

/** Per second. */
export interface NetworkRates {
    readonly inBytes: Figure;
    readonly outBytes: Figure;
    readonly inPackets: Figure;
    readonly outPackets: Figure;
    readonly drops: Figure;
    readonly errors: Figure;
}

/** What a machine did between two readings. */
export interface Rates {
    readonly elapsedMs: number;
    /** Processors of the host that the machine's process kept busy: 1.5 is one and a half. */
    readonly processors: Figure;
    /** The same as a part of the machine's own virtual processors, 0 to 1. */
    readonly cpu: Figure;
    /** What of it was no virtual processor's: QEMU's own threads. */
    readonly emulator: Figure;
    readonly vcpus: readonly VcpuRates[];
    readonly disk: DiskRates;
    readonly network: NetworkRates;
    /** Bytes a second that the guest swapped in and out together; null between two of its reports. */
    readonly swapped: Figure;
}

/** What lies closer together (ms) says more of the clock than of the machine. */
const SHORTEST_MS = 100;
/** How far (ms) the two clocks may part; more is a sleep. `/proc/uptime` is exact to 10 ms. */
const SLEEP_MS = 500;
/**
 * How much of the time in between may be uncertain. libvirt asks one machine after the other, so each is read at about
 * the same part of every call, and what makes the time uncertain is how much longer one call took than the other.
 */
const UNCERTAIN_PART = 0.25;
const NS_PER_MS = 1e6;

/** Whether the host slept between two moments. */
export function differsBySleep(before: SampleTime, after: SampleTime): boolean {
    const passed = after.passedMs - before.passedMs;
    return Math.abs(passed - (after.awakeMs - before.awakeMs)) > SLEEP_MS;
}

/** Whether one of two calls took so much longer that nobody knows how much time lies between their readings. */
export function isUncertain(before: TimedReading, after: TimedReading): boolean {
    const elapsedMs = after.awakeMs - before.awakeMs;
    return Math.abs(after.tookMs - before.tookMs) > elapsedMs * UNCERTAIN_PART;
}

/**
 * What happened between two readings of a machine.
 *
 * @param longestMs what lies further apart is no rate of the moment any more
 * @returns null where a graph has to have a gap: a counter went back, so that the machine was started anew; the host
 *     slept; too much time passed, or none
 */
export function ratesBetween(before: TimedReading, after: TimedReading, longestMs: number): Rates | null {
    const elapsedMs = after.awakeMs - before.awakeMs;
    if (!(elapsedMs >= SHORTEST_MS && elapsedMs <= longestMs)) return null;
    if (differsBySleep(before, after) || isUncertain(before, after)) return null;
    const old = before.reading;
    const now = after.reading;
    if (wentBack(old, now)) return null;

    const vcpus = pairs(old.vcpus, now.vcpus, ({index}) => index);
    const share = (from: Figure, to: Figure): Figure => over(grown(from, to), elapsedMs * NS_PER_MS);
    const perSecond = (growth: Figure): Figure => over(growth, elapsedMs / 1000);
    const processors = share(old.time, now.time);
    const used = vcpus.map(([from, to]) => share(from.time, to.time));
    const ofVcpus = sum(used);
    return {
        elapsedMs,
        processors,
        cpu: limited(over(ofVcpus ?? processors, now.vcpus.length)),
        emulator: processors === null || ofVcpus === null ? null : Math.max(0, processors - ofVcpus),
        vcpus: vcpus.map(([from, to], at) => ({
            index: to.index,
            used: limited(used[at]!),
            waited: limited(share(from.wait, to.wait)),
            stolen: limited(share(from.delay, to.delay)),
        })),
        disk: diskRates(
            pairs(old.disks, now.disks, ({name}) => name),
            perSecond,
        ),
        network: networkRates(
            pairs(old.networks, now.networks, ({name}) => name),
            perSecond,
        ),
        swapped: swapRate(old.memory, now.memory, elapsedMs / 1000),
    };
}

/**
 * The guest counts on its own beat, once in some seconds: the growth is that of the time between two of its reports, and
 * where no new one has come nothing is known.
 */
function swapRate(old: MemoryReading, now: MemoryReading, elapsedS: number): Figure {
    const bytes = sum([grown(old.swappedIn, now.swappedIn), grown(old.swappedOut, now.swappedOut)]);
    return over(bytes, grown(old.toldAt, now.toldAt) ?? elapsedS);
}

/** Whether any counter is less than it was. What has gone, or was not told, is no counter that went back. */
function wentBack(old: Reading, now: Reading): boolean {
    return (
        less(old, now, ['time', 'userTime', 'systemTime']) ||
        less(old.memory, now.memory, ['swappedIn', 'swappedOut', 'majorFaults']) ||
        pairs(old.vcpus, now.vcpus, ({index}) => index).some(([from, to]) => less(from, to, VCPU)) ||
        pairs(old.disks, now.disks, ({name}) => name).some(([from, to]) => less(from, to, DISK)) ||
        pairs(old.networks, now.networks, ({name}) => name).some(([from, to]) => less(from, to, NETWORK))
    );
}

const VCPU = ['time', 'wait', 'delay'] as const satisfies readonly (keyof VcpuReading)[];
const DISK = [
    'readBytes',
    'writtenBytes',
    'reads',
    'writes',
    'flushes',
    'readTime',
    'writeTime',
    'flushTime',
] as const satisfies readonly (keyof DiskReading)[];
const NETWORK = [
    'inBytes',
    'outBytes',
    'inPackets',
    'outPackets',
    'inErrors',
    'outErrors',
    'inDrops',
    'outDrops',
] as const satisfies readonly (keyof NetworkReading)[];

function less<K extends string>(
    from: Readonly<Record<K, Figure>>,
    to: Readonly<Record<K, Figure>>,
    keys: readonly K[],
): boolean {
    return keys.some(key => {
        const was = from[key];
        const is = to[key];
        return was !== null && is !== null && is < was;
    });
}

function diskRates(
    disks: readonly (readonly [DiskReading, DiskReading])[],
    perSecond: (growth: Figure) => Figure,
): DiskRates {
    const growth = (key: keyof Omit<DiskReading, 'name'>): Figure => growthOf(disks, key);
    const requests = sum([growth('reads'), growth('writes'), growth('flushes')]);
    const time = sum([growth('readTime'), growth('writeTime'), growth('flushTime')]);
    return {
        readBytes: perSecond(growth('readBytes')),
        writtenBytes: perSecond(growth('writtenBytes')),
        reads: perSecond(growth('reads')),
        writes: perSecond(growth('writes')),
        latencyMs: over(over(time, requests ?? 0), NS_PER_MS),
        errors: perSecond(growth('errors')),
    };
}

function networkRates(
    networks: readonly (readonly [NetworkReading, NetworkReading])[],
    perSecond: (growth: Figure) => Figure,
): NetworkRates {
    const growth = (key: keyof Omit<NetworkReading, 'name'>): Figure => growthOf(networks, key);
    return {
        inBytes: perSecond(growth('inBytes')),
        outBytes: perSecond(growth('outBytes')),
        inPackets: perSecond(growth('inPackets')),
        outPackets: perSecond(growth('outPackets')),
        drops: perSecond(sum([growth('inDrops'), growth('outDrops')])),
        errors: perSecond(sum([growth('inErrors'), growth('outErrors')])),
    };
}

function growthOf<K extends string>(
    both: readonly (readonly [Readonly<Record<K, Figure>>, Readonly<Record<K, Figure>>])[],
    key: K,
): Figure {
    return sum(both.map(([from, to]) => grown(from[key], to[key])));
}

/** Those that are there before and after; what comes new has no rate yet. */
function pairs<T>(old: readonly T[], now: readonly T[], idOf: (item: T) => unknown): (readonly [T, T])[] {
    const known = new Map(old.map(item => [idOf(item), item]));
    return now.flatMap(to => {
        const from = known.get(idOf(to));
        return from === undefined ? [] : [[from, to] as const];
    });
}

function grown(from: Figure, to: Figure): Figure {
    return from === null || to === null ? null : to - from;
}

/** The sum of what is known; null when nothing is. */
function sum(figures: readonly Figure[]): Figure {
    const known = figures.filter(figure => figure !== null);
    return known.length === 0 ? null : known.reduce((all, figure) => all + figure, 0);
}

function over(figure: Figure, divisor: number): Figure {
    return figure === null || divisor <= 0 ? null : figure / divisor;
}

/** A processor is never busy for more than all of its time; a kernel that counts by ticks says so all the same. */
function limited(part: Figure): Figure {
    return part === null ? null : Math.min(1, part);
}

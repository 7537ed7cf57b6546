// SPDX-License-Identifier: GPL-3.0-or-later
// A reply of GetAllDomainStats as readings.
// https://libvirt.org/html/libvirt-libvirt-domain.html#virConnectGetAllDomainStats
import type GLib from 'gi://GLib';

import {stateFromNumbers} from '../libvirt/domainState.js';
import {unquote} from '../libvirt/domainStates.js';
import {wallClockMs} from '../platform/clock.js';
import {inSlices} from '../platform/slices.js';
import type {DiskReading, Figure, MemoryReading, NetworkReading, Reading, VcpuReading} from './reading.js';

type Fields = Map<string, number | string>;

const KIB = 1024;
/** More of a kind than any machine has: a count beyond it is nonsense, and is not to be walked through. */
const MOST_OF_A_KIND = 4096;

/**
 * What the guest told longer ago than this (s) is no figure of the moment. A balloon without a period tells once, when
 * its driver is loaded, and libvirt goes on giving that.
 */
const OLDEST_S = 90;

const NAME = /\(('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"), \{/sy;
const FIELD =
    /(?:, )?'([^'\\]*)': <<?(?:u?int(?:16|32|64) )?(?:(-?\d[\d.e+-]*)|(true|false)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))>?>/sy;
const END = '})';

/**
 * Reads a reply, one machine after the other, so that the main loop gets its turns in between.
 *
 * It is read from its printed form: that costs a fraction of unpacking it, and GJS complains of each counter beyond
 * 2^53, which processor times in nanoseconds are after some days.
 *
 * @param reply of type `(a(sa{sv}))`
 * @param wanted reads only of these machines, by their names
 * @returns readings by the machines' names; what does not look like a record of libvirt's is left out
 */
export async function readStatistics(
    reply: GLib.Variant,
    wanted?: (name: string) => boolean,
): Promise<Map<string, Reading>> {
    const readings = new Map<string, Reading>();
    const records = reply.get_child_value(0);
    const count = records.n_children();
    const nowMs = wallClockMs();
    function* indices(): Generator<number> {
        for (let at = 0; at < count; at++) yield at;
    }
    await inSlices(indices(), at => {
        const child = records.get_child_value(at);
        // Its name alone is read quickly, and leaves little behind.
        if (wanted && !wanted(child.get_child_value(0).get_string()[0])) return;
        const record = readRecord(child.print(false));
        if (record) readings.set(record.name, readingOf(record.fields, nowMs));
    });
    return readings;
}

/** One printed record; null when it is of another shape. */
export function readRecord(printed: string): {name: string; fields: Fields} | null {
    NAME.lastIndex = 0;
    const name = NAME.exec(printed)?.[1];
    if (name === undefined || !printed.endsWith(END)) return null;
    const fields: Fields = new Map();
    const end = printed.length - END.length;
    FIELD.lastIndex = NAME.lastIndex;
    for (let at = FIELD.lastIndex; at < end; at = FIELD.lastIndex) {
        const field = FIELD.exec(printed);
        if (!field) return null;
        const [, key, figure, flag, text] = field;
        if (figure !== undefined) fields.set(key!, Number(figure));
        else if (text !== undefined) fields.set(key!, unquote(text));
        else fields.set(key!, flag === 'true' ? 1 : 0);
    }
    return {name: unquote(name), fields};
}

/**
 * What the fields of one machine say.
 *
 * @param nowMs when they were told, in milliseconds since 1970
 */
export function readingOf(fields: ReadonlyMap<string, number | string>, nowMs = wallClockMs()): Reading {
    const figure = (key: string): Figure => {
        const value = fields.get(key);
        return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
    };
    const text = (key: string): string => {
        const value = fields.get(key);
        return typeof value === 'string' ? value : '';
    };
    const each = (key: string): number[] =>
        Array.from({length: Math.min(figure(key) ?? 0, MOST_OF_A_KIND)}, (_none, at) => at);
    return {
        ...stateFromNumbers(figure('state.state') ?? 0, figure('state.reason') ?? 0),
        time: figure('cpu.time'),
        userTime: figure('cpu.user'),
        systemTime: figure('cpu.system'),
        memory: memoryOf(figure, nowMs),
        // Those that are offline are numbered, and left out.
        vcpus: each('vcpu.maximum')
            .map(at => vcpuOf(at, figure))
            .filter(({time}) => time !== null),
        disks: each('block.count').map(at => diskOf(`block.${at}`, figure, text)),
        networks: each('net.count').map(at => networkOf(`net.${at}`, figure, text)),
    };
}

type FigureOf = (key: string) => Figure;
type TextOf = (key: string) => string;

function memoryOf(figure: FigureOf, nowMs: number): MemoryReading {
    const bytes = (key: string): Figure => {
        const kib = figure(`balloon.${key}`);
        return kib === null ? null : kib * KIB;
    };
    const toldAt = figure('balloon.last-update');
    const isOld = toldAt !== null && nowMs / 1000 - toldAt > OLDEST_S;
    const told = (key: string): Figure => (isOld ? null : bytes(key));
    return {
        current: bytes('current'),
        maximum: bytes('maximum'),
        resident: bytes('rss'),
        available: told('available'),
        usable: told('usable'),
        unused: told('unused'),
        swappedIn: told('swap_in'),
        swappedOut: told('swap_out'),
        majorFaults: isOld ? null : figure('balloon.major_fault'),
        toldAt,
    };
}

function vcpuOf(index: number, figure: FigureOf): VcpuReading {
    const key = `vcpu.${index}`;
    return {
        index,
        time: figure(`${key}.time`),
        wait: figure(`${key}.wait`),
        delay: figure(`${key}.delay`),
    };
}

function diskOf(key: string, figure: FigureOf, text: TextOf): DiskReading {
    return {
        name: text(`${key}.name`),
        readBytes: figure(`${key}.rd.bytes`),
        writtenBytes: figure(`${key}.wr.bytes`),
        reads: figure(`${key}.rd.reqs`),
        writes: figure(`${key}.wr.reqs`),
        flushes: figure(`${key}.fl.reqs`),
        readTime: figure(`${key}.rd.times`),
        writeTime: figure(`${key}.wr.times`),
        flushTime: figure(`${key}.fl.times`),
        errors: figure(`${key}.errors`),
        capacity: figure(`${key}.capacity`),
        allocation: figure(`${key}.allocation`),
        physical: figure(`${key}.physical`),
    };
}

function networkOf(key: string, figure: FigureOf, text: TextOf): NetworkReading {
    return {
        name: text(`${key}.name`),
        inBytes: figure(`${key}.rx.bytes`),
        outBytes: figure(`${key}.tx.bytes`),
        inPackets: figure(`${key}.rx.pkts`),
        outPackets: figure(`${key}.tx.pkts`),
        inErrors: figure(`${key}.rx.errs`),
        outErrors: figure(`${key}.tx.errs`),
        inDrops: figure(`${key}.rx.drop`),
        outDrops: figure(`${key}.tx.drop`),
    };
}

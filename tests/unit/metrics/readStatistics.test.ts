// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {readingOf, readRecord, readStatistics} from '../../../shared/metrics/readStatistics.js';
import type {MemoryReading} from '../../../shared/metrics/reading.js';

type Value = readonly [code: string, value: unknown];

/** A reply as libvirt-dbus gives it: each figure in a variant of its own, within the dictionary's. */
function reply(...machines: (readonly [string, Record<string, Value>])[]): GLib.Variant {
    const records = machines.map(([name, values]) => [
        name,
        Object.fromEntries(
            Object.entries(values).map(([key, [code, value]]) => [
                key,
                new GLib.Variant('v', new GLib.Variant(code as 's', value as never)),
            ]),
        ),
    ]);
    return new GLib.Variant('(a(sa{sv}))', [records] as never);
}

const FULL: Record<string, Value> = {
    'state.state': ['i', 1],
    'state.reason': ['i', 1],
    'cpu.time': ['t', 5_000_000_000],
    'cpu.user': ['t', 1_000_000_000],
    'balloon.current': ['t', 1024],
    'balloon.rss': ['t', 2048],
    'balloon.usable': ['t', 512],
    'balloon.last-update': ['t', 1_700_000_000],
    'vcpu.current': ['u', 1],
    'vcpu.maximum': ['u', 2],
    'vcpu.1.time': ['t', 7],
    'vcpu.1.wait': ['t', 8],
    'vcpu.1.delay': ['t', 9],
    'vcpu.1.halted': ['b', true],
    'block.count': ['u', 1],
    'block.0.name': ['s', 'vda'],
    'block.0.path': ['s', `/a'b", 'cpu.time': <<9>>})`],
    'block.0.rd.bytes': ['t', 10],
    'block.0.rd.times': ['t', 11],
    'net.count': ['u', 1],
    'net.0.name': ['s', 'vnet0'],
    'net.0.rx.bytes': ['t', 12],
    'net.0.tx.drop': ['t', 13],
};

describe('A reply with statistics', () => {
    it('are read of those machines only that are wanted', async () => {
        const answer = reply(['one', FULL], ["t'wo", FULL], ['three', FULL]);
        const readings = await readStatistics(answer, name => name !== 'one');
        expect([...readings.keys()]).toEqual(["t'wo", 'three']);
    });

    it('becomes a reading of each machine, in bytes and nanoseconds', async () => {
        const readings = await readStatistics(
            reply(['it\'s "one"', FULL], ['off', {'state.state': ['i', 5], 'state.reason': ['i', 1]}]),
        );
        const one = readings.get('it\'s "one"')!;

        expect(readings.size).toBe(2);
        expect(one.state).toBe('running');
        expect(one.time).toBe(5e9);
        expect(one.systemTime).toBeNull();
        expect(one.memory.current).toBe(1024 * 1024);
        expect(one.memory.resident).toBe(2048 * 1024);
        expect(one.memory.available).toBeNull();
        expect(one.memory.toldAt).toBe(1_700_000_000);
        expect(one.vcpus).toEqual([{index: 1, time: 7, wait: 8, delay: 9}]);
        expect(
            one.disks.map(({name, readBytes, readTime, writes}) => [name, readBytes, readTime, writes]),
        ).toEqual([['vda', 10, 11, null]]);
        expect(one.networks.map(({name, inBytes, outDrops}) => [name, inBytes, outDrops])).toEqual([
            ['vnet0', 12, 13],
        ]);
        expect(readings.get('off')!.state).toBe('shutoff');
        expect(readings.get('off')!.disks).toEqual([]);
    });

    it('keeps counters beyond what a number holds exactly', () => {
        const record = readRecord(
            "('vm', {'cpu.time': <<uint64 18446744073709551615>>, 'x': <<-1>>, 'y': <<1.5e3>>})",
        );

        expect(record?.fields.get('cpu.time')).toBe(2 ** 64);
        expect(record?.fields.get('x')).toBe(-1);
        expect(record?.fields.get('y')).toBe(1500);
    });

    it('leaves out what is no record, and counts that are nonsense', async () => {
        expect(readRecord("('vm', {'cpu.time': <[1, 2]>})")).toBeNull();
        expect(readRecord('nothing')).toBeNull();
        const readings = await readStatistics(
            reply(
                ['odd', {'cpu.time': ['ai', [1, 2]]}],
                [
                    'huge',
                    {'block.count': ['t', 4_000_000_000], 'cpu.time': ['x', -5], 'net.count': ['s', 'many']},
                ],
            ),
        );

        expect([...readings.keys()]).toEqual(['huge']);
        expect(readings.get('huge')!.disks.length).toBe(4096);
        expect(readings.get('huge')!.time).toBeNull();
        expect(readings.get('huge')!.networks).toEqual([]);
    });
});

describe('What the guest told of its memory', () => {
    const told = {'balloon.last-update': 1000, 'balloon.available': 2, 'balloon.usable': 1, 'balloon.rss': 4};
    const memory = (nowS: number): MemoryReading =>
        readingOf(new Map<string, number | string>(Object.entries(told)), nowS * 1000).memory;

    it('is no figure of the moment once it is old, as where the balloon has no period', () => {
        expect(memory(1060)).toEqual(
            jasmine.objectContaining({available: 2048, usable: 1024, resident: 4096}),
        );
        expect(memory(1100)).toEqual(
            jasmine.objectContaining({
                available: null,
                usable: null,
                swappedIn: null,
                resident: 4096,
                toldAt: 1000,
            }),
        );
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {type Bottleneck, type BottleneckFacts, bottleneckOf} from '../../../shared/metrics/bottleneck.js';
import {ratesBetween, type TimedReading} from '../../../shared/metrics/rates.js';
import {readingOf} from '../../../shared/metrics/readStatistics.js';
import {at} from './pretendedReading.js';

/** What is said of a machine whose counters went on so in one second. */
function named(fields: Record<string, number> = {}, more: Partial<BottleneckFacts> = {}): Bottleneck {
    const before = at(0, {'balloon.swap_in': 0, 'balloon.swap_out': 0});
    const after = at(1000, {'balloon.swap_in': 0, 'balloon.swap_out': 0, ...fields});
    return bottleneckOf({
        memory: after.reading.memory,
        rates: ratesBetween(before, after, 6000),
        ...more,
    });
}

/** A machine of which nothing is counted, so many milliseconds after the beginning. */
function bare(ms: number): TimedReading {
    return {...at(ms), reading: readingOf(new Map([['state.state', 1]]))};
}

const calm = {cpu: {some: 0.01, full: null}, memory: {some: 0, full: 0}, io: {some: 0.02, full: 0}};

describe('What holds a machine back', () => {
    it('may be nothing, and may not be known', () => {
        expect(named({}, {pressure: calm})).toEqual({
            kind: 'nothing',
            sentence: 'Nothing holds it back.',
            figure: null,
        });
        expect(named({}, {rates: null})).toEqual({
            kind: 'unknown',
            sentence: 'What holds it back is not known yet: that takes two readings.',
            figure: null,
        });
        expect(named({}, {rates: null, memory: null}).sentence).toBe(
            'What holds it back is not known: there are no figures of this moment.',
        );
        expect(named({}, {paused: true, pressure: calm}).sentence).toBe('It is paused.');
        // All that libvirt's test driver tells is that a machine runs.
        const rates = ratesBetween(bare(0), bare(1000), 6000);
        expect(rates).not.toBeNull();
        expect(bottleneckOf({memory: null, rates}).kind).toBe('unknown');
    });

    it('is named with the figure that it rests on', () => {
        const cases: [
            Bottleneck['kind'],
            number,
            string,
            Record<string, number>,
            Partial<BottleneckFacts>?,
        ][] = [
            ['vcpu-wait', 0.25, '25 %', {'vcpu.0.delay': 1.25e9}],
            ['emulator', 0.95, '95 %', {'cpu.time': 10.95e9}],
            ['emulator', 0.3, 'waits 30 %', {}, {emulatorWait: 0.3}],
            ['swap', 5 * 2 ** 20, '5 MiB', {'balloon.swap_in': 4 * 1024, 'balloon.swap_out': 1024}],
            ['memory', 0.02, '2 %', {'balloon.available': 1000, 'balloon.usable': 20}],
            [
                'balloon',
                0.02,
                'balloon',
                {
                    'balloon.available': 1000,
                    'balloon.usable': 20,
                    'balloon.current': 1000,
                    'balloon.maximum': 2000,
                },
            ],
            ['disk', 40, '40 ms', {'block.0.rd.reqs': 20, 'block.0.rd.times': 1.4e9}],
            ['host-cpu', 0.5, '50 %', {}, {pressure: {...calm, cpu: {some: 0.5, full: null}}}],
            ['host-memory', 0.3, '30 %', {}, {pressure: {...calm, memory: {some: 0.3, full: 0}}}],
            ['host-io', 0.4, '40 %', {}, {pressure: {...calm, io: {some: 0.4, full: 0}}}],
            ['link', 0.25, '25 %', {}, {link: {current: 4, most: 16, busy: true}}],
            ['processors', 1, '100 %', {'cpu.time': 11e9, 'vcpu.0.time': 9e9}],
        ];
        for (const [kind, figure, words, fields, more] of cases) {
            const found = named(fields, more);
            expect(found.kind).toBe(kind);
            expect(found.figure).withContext(kind).toBeCloseTo(figure, 6);
            expect(found.sentence).withContext(kind).toContain(words);
        }
    });

    it('is the network only where a part of its packets is lost', () => {
        const before = at(0, {'net.0.rx.pkts': 0, 'net.0.tx.pkts': 0});
        const lost = (drops: number): string => {
            const after = at(1000, {'net.0.rx.pkts': 980, 'net.0.tx.pkts': 0, 'net.0.rx.drop': drops});
            return bottleneckOf({memory: after.reading.memory, rates: ratesBetween(before, after, 6000)})
                .kind;
        };
        expect(lost(20)).toBe('network');
        expect(lost(5)).toBe('nothing');
    });

    it('is not one slow request, an idle card’s link, or a host that bears it', () => {
        expect(named({'block.0.rd.reqs': 11, 'block.0.rd.times': 2e9}).kind).toBe('nothing');
        expect(named({}, {link: {current: 4, most: 16, busy: false}}).kind).toBe('nothing');
        expect(named({}, {link: {current: 16, most: 16, busy: true}}).kind).toBe('nothing');
        expect(named({}, {pressure: {cpu: null, memory: null, io: null}}).kind).toBe('nothing');
        expect(named({'vcpu.0.delay': 1.05e9}).kind).toBe('nothing');
    });

    it('is the worst of what the machine itself shows, before what its host shows', () => {
        const both = {'vcpu.0.delay': 1.15e9, 'block.0.rd.reqs': 20, 'block.0.rd.times': 9e9};
        expect(named(both, {pressure: {...calm, cpu: {some: 0.9, full: null}}}).kind).toBe('disk');
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {ratesBetween} from '../../../shared/metrics/rates.js';
import {
    formatBytes,
    formatMemory,
    formatMilliseconds,
    formatPercent,
    formatRate,
    shortLine,
} from '../../../shared/metrics/words.js';
import {withoutIsolates} from '../../../cli/plainText.js';
import {at} from './pretendedReading.js';

describe('Figures as people read them', () => {
    it('have one digit behind the point where that says something', () => {
        expect([0, 0.004, 0.43, 0.996, 1].map(formatPercent).map(withoutIsolates)).toEqual([
            '0 %',
            '<1 %',
            '43 %',
            '100 %',
            '100 %',
        ]);
        expect([0, 1023, 1024, 2.14 * 2 ** 30, 10.4 * 2 ** 30, 1023.7 * 2 ** 20].map(formatBytes)).toEqual([
            '0 B',
            '1023 B',
            '1 KiB',
            '2.1 GiB',
            '10 GiB',
            '1 GiB',
        ]);
        expect([0, 999, 1000, 12.3e6, 1.25e9].map(formatRate).map(withoutIsolates)).toEqual([
            '0 B/s',
            '999 B/s',
            '1 kB/s',
            '12 MB/s',
            '1.3 GB/s',
        ]);
        expect([0.04, 3.21, 20].map(formatMilliseconds).map(withoutIsolates)).toEqual([
            '0 ms',
            '3.2 ms',
            '20 ms',
        ]);
    });

    it('say of memory what the guest uses of what it has, or what is known of it', () => {
        const memory = (fields: Record<string, number>): string =>
            withoutIsolates(formatMemory(at(0, fields).reading.memory));
        const kib = 2 ** 20;
        expect(
            memory({'balloon.current': 4 * kib, 'balloon.available': 4 * kib, 'balloon.usable': 1.9 * kib}),
        ).toBe('2.1 of 4 GiB');
        expect(memory({'balloon.current': 4 * kib, 'balloon.rss': 0.5 * kib})).toBe('0.5 of 4 GiB');
        expect(memory({'balloon.current': 64 * kib, 'balloon.rss': kib / 64})).toBe('16 MiB of 64 GiB');
        expect(memory({'balloon.rss': 0.5 * kib})).toBe('512 MiB');
        expect(memory({'balloon.current': kib / 8, 'balloon.rss': kib / 4})).toBe('256 MiB');
        expect(memory({})).toBe('');
    });

    it('stand in one line, without what is not known', () => {
        const before = at(0, {'net.0.tx.bytes': 0});
        const after = at(2000, {
            'vcpu.0.time': 8.86e9,
            'block.0.rd.bytes': 24e6,
            'net.0.rx.bytes': 1e6,
            'net.0.tx.bytes': 1e6,
            'balloon.rss': 2 ** 20,
        });
        const line = shortLine({reading: after.reading, rates: ratesBetween(before, after, 6000)});
        expect(withoutIsolates(line)).toBe('CPU 43 % · 1 GiB · 12 MB/s disk · 1 MB/s network');
        expect(shortLine({reading: before.reading, rates: null})).toBe('');
    });
});

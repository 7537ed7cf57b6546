// SPDX-License-Identifier: GPL-3.0-or-later
import {COLUMNS, History, valuesOf} from '../../../shared/metrics/history.js';
import {ratesBetween} from '../../../shared/metrics/rates.js';
import {Ring} from '../../../shared/metrics/ring.js';
import {at} from './pretendedReading.js';

describe('A ring', () => {
    it('holds the last moments, the oldest first', () => {
        const ring = new Ring(3, 2);
        expect([...ring.moments()]).toEqual([]);
        for (let time = 1; time <= 5; time++) ring.push(time, [time * 10, time === 4 ? null : 0.5]);

        expect(ring.length).toBe(3);
        expect([...ring.moments()]).toEqual([
            {atMs: 3, values: [30, 0.5]},
            {atMs: 4, values: [40, null]},
            {atMs: 5, values: [50, 0.5]},
        ]);
        expect(ring.valueAt(3, 0)).toBeNull();
        expect(ring.timeAt(-1)).toBeNaN();
    });
});

describe('A history', () => {
    const all = (value: number): number[] => COLUMNS.map(() => value);

    it('has five minutes at full rate and an hour of means', () => {
        const history = new History(2000);
        for (let time = 0; time < 2 * 3_600_000; time += 2000)
            history.push(time, all(time % 4000 === 0 ? 1 : 2));

        expect(history.fine.length).toBe(150);
        expect(history.fine.timeAt(149) - history.fine.timeAt(0)).toBe(298_000);
        expect(history.coarse.length).toBe(120);
        expect(history.coarse.timeAt(119) - history.coarse.timeAt(0)).toBe(119 * 30_000);
        for (const {values} of history.coarse.moments()) expect(values[0]).toBeCloseTo(1.5, 0);
    });

    it('keeps gaps, and does not count them into means', () => {
        const history = new History(10_000);
        for (const [time, values] of [
            [0, all(4)],
            [10_000, null],
            [20_000, all(2)],
            [30_000, null],
            [60_000, null],
        ] as const)
            history.push(time, values);

        expect([...history.fine.moments()].map(({values}) => values[0])).toEqual([4, null, 2, null, null]);
        expect([...history.coarse.moments()].map(({values}) => values[0])).toEqual([3, null]);
    });

    it('takes what the guest uses for its memory, or else what its process holds', () => {
        const memory = COLUMNS.indexOf('memory');
        const values = (fields: Record<string, number>): (number | null)[] => {
            const now = at(2000, fields);
            return valuesOf(now.reading, ratesBetween(at(0), now, 6000)!);
        };
        expect(values({'balloon.available': 1000, 'balloon.usable': 400, 'balloon.rss': 9})[memory]).toBe(
            600 * 1024,
        );
        expect(values({'balloon.rss': 9})[memory]).toBe(9 * 1024);
        expect(values({})[memory]).toBeNull();
    });
});

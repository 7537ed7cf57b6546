// SPDX-License-Identifier: GPL-3.0-or-later
import {Limiter} from '../../../shared/platform/limiter.js';

describe('The limiter', () => {
    it('runs no more at once than it may, in order, whatever comes of them', async () => {
        const limiter = new Limiter(2);
        const started: number[] = [];
        const ends: (() => void)[] = [];
        let running = 0;
        let most = 0;
        const results = [0, 1, 2, 3, 4].map(number =>
            limiter.run(async () => {
                started.push(number);
                most = Math.max(most, ++running);
                await new Promise<void>(resolve => (ends[number] = resolve));
                running--;
                if (number === 1) throw new Error('one failed');
                return number * 10;
            }),
        );
        results[1]!.catch(() => undefined);
        expect(started).toEqual([0, 1]);
        for (const number of [1, 0, 2, 3, 4]) {
            await Promise.resolve();
            ends[number]!();
            for (let turn = 0; turn < 10; turn++) await Promise.resolve();
        }
        expect(started).toEqual([0, 1, 2, 3, 4]);
        expect(most).toBe(2);
        await expectAsync(results[1]!).toBeRejectedWithError('one failed');
        expect(await results[4]).toBe(40);
        expect(await limiter.run(() => Promise.resolve('free again'))).toBe('free again');
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import {
    delay,
    inTime,
    localTime,
    monotonicMs,
    onCancelled,
    withDeadline,
} from '../../../shared/platform/clock.js';
import {CancelledError, DeadlineError} from '../../../shared/platform/errors.js';
import {SourceCount} from '../sourceCount.js';

describe('The clock', () => {
    let sources: SourceCount;

    beforeEach(() => {
        sources = new SourceCount();
    });

    afterEach(() => {
        expect(sources.stop()).withContext('sources left').toBe(0);
    });

    it('waits', async () => {
        const start = monotonicMs();
        await delay(30);
        expect(monotonicMs() - start).toBeGreaterThanOrEqual(29);
        await delay(-5);
    });

    it('stops waiting at once when cancelled, before or meanwhile', async () => {
        const cancellable = new Gio.Cancellable();
        const wait = delay(60_000, cancellable);
        cancellable.cancel();
        await expectAsync(wait).toBeRejectedWithError(CancelledError);
        await expectAsync(delay(60_000, cancellable)).toBeRejectedWithError(CancelledError);
    });

    it('tells of a cancellation once, also one that was before, and not after the end', () => {
        const cancellable = new Gio.Cancellable();
        const told: string[] = [];
        const end = onCancelled(cancellable, () => told.push('ended'));
        const stay = onCancelled(cancellable, () => told.push('stayed'));
        end();
        cancellable.cancel();
        stay();
        onCancelled(cancellable, () => told.push('late'))();
        expect(told).toEqual(['stayed', 'late']);
    });

    it('passes on what comes in time', async () => {
        expect(await withDeadline('it', 60_000, Promise.resolve(7))).toBe(7);
        const failure = new Error('no');
        await expectAsync(withDeadline('it', 60_000, Promise.reject(failure))).toBeRejectedWith(failure);
    });

    it('gives up what does not', async () => {
        let abandoned = false;
        const wait = withDeadline('it', 20, new Promise<never>(() => undefined), () => (abandoned = true));
        await expectAsync(wait).toBeRejectedWithError(DeadlineError, 'it took longer than 20 ms');
        expect(abandoned).toBeTrue();
    });

    it('takes something else for what comes too late, and for nothing that fails', async () => {
        expect(await inTime(Promise.resolve(7), 60_000, null)).toBe(7);
        expect(await inTime(new Promise<never>(() => undefined), 20, null)).toBeNull();
        const failure = new Error('no');
        await expectAsync(inTime(Promise.reject(failure), 60_000, null)).toBeRejectedWith(failure);
    });

    it('writes a moment by the calendar of this place', () => {
        expect(localTime(new Date(2026, 10, 5, 7, 8, 9).getTime() + 999, '%F %T')).toBe(
            '2026-11-05 07:08:09',
        );
    });
});

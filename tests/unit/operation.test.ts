// SPDX-License-Identifier: GPL-3.0-or-later
import {Operation, type OperationControl} from '../../shared/operations/operation.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {onCancelled} from '../../shared/platform/clock.js';
import {pause} from '../harness/deadline.js';

describe('An operation', () => {
    it('goes through its steps and ends', async () => {
        const seen: string[] = [];
        const operation = new Operation('work', async control => {
            control.step('one');
            await pause(15);
            control.step('two');
        });
        operation.connect('notify::step', () => seen.push(operation.step));
        operation.connect('notify::state', () => seen.push(operation.state));
        expect([operation.state, operation.step, operation.canCancel]).toEqual(['running', '', true]);
        await operation.finished();
        expect(seen).toEqual(['one', 'two', 'done']);
        expect(operation.steps.map(one => one.id)).toEqual(['one', 'two']);
        expect(operation.steps[0]!.endedMs).toBeGreaterThanOrEqual(14);
        expect(operation.steps[1]!.endedMs).not.toBeNull();
        const {elapsedMs} = operation;
        await pause(5);
        expect(operation.elapsedMs).toBe(elapsedMs);
        expect(operation.cancel()).toBeFalse();
    });

    it('fails with what its body threw, and nothing is left unhandled', async () => {
        const failure = new Error('no');
        const operation = new Operation('work', () => Promise.reject(failure));
        await pause(1);
        expect([operation.state, operation.error]).toEqual(['failed', failure]);
        await expectAsync(operation.finished()).toBeRejectedWith(failure);
    });

    /** A body that waits until it is cancelled. */
    const patient = (control: OperationControl): Promise<void> =>
        new Promise((_resolve, reject) =>
            onCancelled(control.cancellable, () => reject(new CancelledError())),
        );

    it('can be called off, before its body began as well', async () => {
        for (const wait of [0, 1]) {
            const operation = new Operation('work', patient);
            if (wait) await pause(1);
            expect(operation.cancel()).toBeTrue();
            await expectAsync(operation.finished()).toBeRejectedWithError(CancelledError);
            expect([operation.state, operation.error]).toEqual(['cancelled', null]);
        }
    });

    it('cannot be called off while that has no effect, but be abandoned', async () => {
        let abandoned = false;
        const operation = new Operation('work', control => {
            control.holdCancel('too late');
            onCancelled(control.abandoned, () => (abandoned = true));
            return patient(control);
        });
        await pause(1);
        expect([operation.canCancel, operation.cancel(), operation.cancelRefusal]).toEqual([
            false,
            false,
            'too late',
        ]);
        operation.abandon();
        await expectAsync(operation.finished()).toBeRejectedWithError(CancelledError);
        expect([abandoned, operation.cancelRefusal]).toEqual([true, null]);
    });
});

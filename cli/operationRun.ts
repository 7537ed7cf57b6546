// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import type {Operation} from '../shared/operations/operation.js';
import {delay, withDeadline} from '../shared/platform/clock.js';
import {CancelledError, DeadlineError} from '../shared/platform/errors.js';
import {Interrupted} from './interrupted.js';
import {onInterrupt} from './interrupt.js';
import {showOperation} from './progress.js';

/** How an operation is waited for. */
export interface Waiting {
    /** What goes on, for the line on a terminal. */
    readonly what: string;
    /** The steps that are worth a line of their own on a terminal, in words; null for those that are not. */
    readonly stepLabel?: (id: string) => string | null;
    /** How long (ms) it may take, to its end or to a step; null when it takes what it takes. */
    readonly limitMs: number | null;
    /** From this step on the limit does not count any more. */
    readonly freeFromStep?: string;
    /** How long (ms) it may take to call it off. */
    cancelMs(): number;
    /**
     * What is told when the wait ends early.
     *
     * @param cancelled whether it was called off; else it goes on without us
     */
    whatStays(cancelled: boolean): string;
    /** Whether it is called off, too, when the time is over. */
    callsOffWhenLate(): boolean;
    /** What is thrown when the time is over. @param cancelled as above */
    tooLate?(cancelled: boolean): Error;
}

/**
 * Waits for an operation, with progress on a terminal; SIGINT and SIGTERM call it off, a second one leaves it.
 *
 * @throws what it failed with; Interrupted; DeadlineError, or what `tooLate` makes
 */
export async function finishOperation(operation: Operation, waiting: Waiting): Promise<void> {
    let interruptedBy: number | null = null;
    let giveUp: (error: Error) => void = () => undefined;
    const givenUp = new Promise<never>((_resolve, reject) => (giveUp = reject));
    const stopListening = onInterrupt(signal => {
        const first = interruptedBy === null;
        interruptedBy = signal;
        const left = (): void => giveUp(new Interrupted(signal, waiting.whatStays(false)));
        if (first && operation.cancel()) withDeadline('cancelling', waiting.cancelMs(), givenUp).catch(left);
        else left();
    });
    const endProgress = showOperation(operation, waiting.what, waiting.stepLabel);
    const timer = new Gio.Cancellable();
    const finished = Promise.race([operation.finished(), givenUp]);
    try {
        const late = await Promise.race([finished.then(() => false), timeIsOver(operation, waiting, timer)]);
        if (!late) return;
        const cancelled = waiting.callsOffWhenLate() && (await callOff(operation, waiting.cancelMs()));
        throw waiting.tooLate?.(cancelled) ?? new DeadlineError(operation.kind, waiting.limitMs ?? 0);
    } catch (error) {
        if (error instanceof CancelledError && interruptedBy !== null)
            throw new Interrupted(interruptedBy, waiting.whatStays(true));
        throw error;
    } finally {
        timer.cancel();
        endProgress();
        stopListening();
    }
}

/** Resolves when the time is over, and never when there is none or it does not count any more. */
async function timeIsOver(
    operation: Operation,
    {limitMs, freeFromStep}: Waiting,
    timer: Gio.Cancellable,
): Promise<true> {
    const never = new Promise<never>(() => undefined);
    if (limitMs === null) return await never;
    try {
        await delay(limitMs, timer);
    } catch (error) {
        if (error instanceof CancelledError) return await never;
        throw error;
    }
    return operation.steps.some(({id}) => id === freeFromStep) ? await never : true;
}

/** @returns whether it was called off; what was done by then is a result like any other */
async function callOff(operation: Operation, cancelMs: number): Promise<boolean> {
    if (!operation.cancel()) return false;
    try {
        await withDeadline('cancelling', cancelMs, operation.finished());
    } catch (error) {
        return error instanceof CancelledError;
    }
    return false;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {ForcedBack} from '../shared/gpu/handover/forceBack.js';
import {
    HandoverBusy,
    HandoverFailed,
    HandoverRefused,
    KernelStuck,
} from '../shared/gpu/handover/handoverErrors.js';
import type {Moved} from '../shared/gpu/handover/mover.js';
import type {HandoverOutcome} from '../shared/gpu/helperInterface.js';
import {CancelledError, messageOf} from '../shared/platform/errors.js';

/** What a handover ends with when it does not throw. */
export type Ended = Moved | ForcedBack;

/**
 * The end of a handover as the caller is told it.
 *
 * @throws whatever no handover ends with
 */
export async function outcomeOf(move: Promise<Ended>): Promise<HandoverOutcome> {
    try {
        const ended = await move;
        if ('steps' in ended) return {kind: 'done', already: ended.already, steps: ended.steps};
        if (ended.returned) return {kind: 'done', already: false, steps: []};
        return {kind: 'not-back', next: ended.next, message: chain(ended.because)};
    } catch (error) {
        if (error instanceof CancelledError) return {kind: 'cancelled'};
        if (error instanceof HandoverBusy) return {kind: 'busy', address: error.address};
        if (error instanceof HandoverRefused)
            return {kind: 'refused', direction: error.direction, refusals: error.refusals};
        if (error instanceof KernelStuck)
            return {kind: 'stuck', step: error.step, waitingFor: error.waitingFor};
        if (error instanceof HandoverFailed) {
            const {direction, step, restored, standing, cause} = error;
            return {kind: 'failed', direction, step, restored, standing, message: chain(cause)};
        }
        throw error;
    }
}

/** The messages of an error and of what caused it. */
function chain(error: unknown): string {
    const messages: string[] = [];
    let next = error;
    while (next !== undefined && next !== null && messages.length < 5) {
        messages.push(messageOf(next));
        next = next instanceof Error ? next.cause : undefined;
    }
    return messages.join(': ');
}

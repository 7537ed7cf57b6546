// SPDX-License-Identifier: GPL-3.0-or-later
import type {Operation} from '../../shared/operations/operation.js';
import {stepLabel} from '../../shared/lending/words.js';

/** Steps of which the line for the whole says enough. */
const PLAIN = new Set(['ask', 'guest', 'confirm']);

/** A step of a handover in words; null for the steps that every action on a machine has. */
export function cardStepLabel(id: string): string | null {
    return PLAIN.has(id) ? null : stepLabel(id);
}

/** The steps of an operation with their times, for JSON. */
export function stepsJson({steps, elapsedMs}: Operation): object[] {
    return steps.map(({id, startedMs, endedMs}) => ({
        id,
        ms: Math.round((endedMs ?? elapsedMs) - startedMs),
    }));
}

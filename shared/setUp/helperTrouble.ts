// SPDX-License-Identifier: GPL-3.0-or-later
import {callFailure} from '../lending/helperAnswers.js';
import {
    HelperDeniedError,
    HelperFailedError,
    HelperMissingError,
    HelperOldError,
} from '../lending/lendingErrors.js';
import {CancelledError, HandoverError} from '../platform/errors.js';

/** Why the helper does not answer: it is not installed, older than we are, not allowed, or something else. */
export interface HelperTrouble {
    readonly kind: 'missing' | 'old' | 'denied' | 'failed';
    readonly error: HandoverError;
}

export const NO_HELPER: HelperTrouble = {kind: 'missing', error: new HelperMissingError()};
export const OLD_HELPER: HelperTrouble = {kind: 'old', error: new HelperOldError()};

/** What an error of the helper's says about it. @throws what is no answer of a bus at all */
export function helperTrouble(error: unknown): HelperTrouble {
    const known = callFailure(error, 'look');
    if (!(known instanceof HandoverError) || known instanceof CancelledError) throw known;
    return {kind: kindOf(known), error: known};
}

function kindOf(error: HandoverError): HelperTrouble['kind'] {
    if (error instanceof HelperMissingError) return 'missing';
    if (error instanceof HelperOldError) return 'old';
    const silent = error instanceof HelperFailedError && error.errorName === 'AuthorityFailed';
    return silent || error instanceof HelperDeniedError ? 'denied' : 'failed';
}

/** Asks the helper. @throws one of the classes of `lendingErrors.ts` in the place of what the bus gave */
export async function asked<T>(answer: Promise<T>): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        throw callFailure(error, 'set-up');
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {CancelledError, HandoverError} from '../platform/errors.js';
import {HelperTroubleError} from './setUpErrors.js';

/** Why the helper does not answer: it is not installed, older than we are, not allowed, or something else. */
export interface HelperTrouble {
    readonly kind: 'missing' | 'old' | 'denied' | 'failed';
    readonly error: unknown;
}

const KINDS: readonly (readonly [RegExp, HelperTrouble['kind']])[] = [
    [/\.(ServiceUnknown|NameHasNoOwner|Spawn\..*)$/, 'missing'],
    [/\.(UnknownMethod|UnknownInterface|UnknownObject|InvalidArgs)$/, 'old'],
    [/\.(NotAuthorized|AuthorityFailed|AccessDenied|AuthFailed)$/, 'denied'],
];

/** What an error of the helper's says about it. @throws what is no answer of a bus at all */
export function helperTrouble(error: unknown): HelperTrouble {
    if (error instanceof CancelledError) throw error;
    if (error instanceof HandoverError) return {kind: kindOf(error.kind), error};
    if (!(error instanceof GLib.Error)) throw error;
    const name = Gio.DBusError.get_remote_error(error) ?? '';
    return {kind: KINDS.find(([pattern]) => pattern.test(name))?.[1] ?? 'failed', error};
}

function kindOf(kind: string): HelperTrouble['kind'] {
    if (kind === 'helper-missing') return 'missing';
    if (kind === 'helper-old') return 'old';
    return kind === 'helper-denied' ? 'denied' : 'failed';
}

/** Asks the helper. @throws HelperTroubleError in the place of what the bus gave */
export async function asked<T>(answer: Promise<T>): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        throw error instanceof HandoverError ? error : new HelperTroubleError(helperTrouble(error));
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../shared/platform/errors.js';

/** The words of the command line do not go together; the message, which is for people, says why. */
export class UsageError extends HandoverError {
    readonly kind = 'usage';
}

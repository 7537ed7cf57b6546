// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../shared/platform/errors.js';

/** A person has to say yes, and has not; the message, which is for people, says what to do. */
export class NotConfirmed extends HandoverError {
    readonly kind = 'not-confirmed';
}

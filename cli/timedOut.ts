// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../shared/platform/errors.js';

/** The time that was given is over; the message, which is for people, says how things stand now. */
export class TimedOut extends HandoverError {
    readonly kind = 'deadline';
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../platform/errors.js';

/** The program that shows a machine's display is not installed. */
export class ViewerMissingError extends HandoverError {
    readonly kind = 'viewer-missing';
}

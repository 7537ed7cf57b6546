// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../../platform/errors.js';

/** Somebody has changed the same since. */
export class PartChangedError extends HandoverError {
    readonly kind = 'part-changed';

    constructor(
        readonly machineName: string,
        readonly place: string,
    ) {
        super(`<${place}> of ${machineName} is not as it was left`);
    }
}

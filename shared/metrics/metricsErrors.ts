// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../platform/errors.js';

/** libvirt keeps no statistics of this hypervisor's machines. */
export class NoStatisticsError extends HandoverError {
    readonly kind = 'no-statistics';
}

/** Figures take two readings, and there was no time for the second one. */
export class FiguresLateError extends HandoverError {
    readonly kind = 'figures-late';

    /** @param milliseconds how long it was waited for them */
    constructor(
        readonly milliseconds: number,
        options: {cause?: unknown} = {},
    ) {
        super(`There were no figures within ${milliseconds} ms`, options);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../shared/platform/errors.js';

/** Standard output is full or closed. */
export class OutputError extends HandoverError {
    readonly kind = 'output';

    /** @param options `afterAction` when it was the answer of an action, which is done all the same */
    constructor(
        message: string,
        private readonly options: {cause?: unknown; afterAction?: boolean} = {},
    ) {
        super(message, options);
    }

    get afterAction(): boolean {
        return this.options.afterAction === true;
    }
}

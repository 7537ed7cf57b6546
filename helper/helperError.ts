// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../shared/platform/errors.js';
import type {HelperErrorName} from '../shared/gpu/helperInterface.js';

/** What a caller is told instead of an answer. */
export class HelperError extends HandoverError {
    readonly kind = 'helper';

    constructor(
        readonly errorName: HelperErrorName,
        message: string,
        options: {cause?: unknown} = {},
    ) {
        super(message, options);
    }
}

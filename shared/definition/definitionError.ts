// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../platform/errors.js';

/** Domain XML, or a change asked of it, that is not well formed or not what libvirt would take. */
export class DefinitionError extends HandoverError {
    readonly kind = 'definition';

    /**
     * @param message what is wrong, for the details view
     * @param options.line line of the XML, counted from 1, where that is known
     */
    constructor(message: string, options: {line?: number | null; cause?: unknown} = {}) {
        const {line = null, ...rest} = options;
        super(line === null ? message : `${message} (line ${line})`, rest);
        this.line = line;
    }

    readonly line: number | null;
}

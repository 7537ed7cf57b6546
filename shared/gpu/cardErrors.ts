// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../platform/errors.js';

/** No card is called that, or none can be lent. */
export class NoSuchCardError extends HandoverError {
    readonly kind = 'no-such-card';

    /** @param wanted what was asked for; null when nothing was, and no card can be lent */
    constructor(readonly wanted: string | null) {
        super(wanted === null ? 'No card can be lent' : 'No card of that address or name');
    }
}

/** A card is to be brought back, and none is away. */
export class NoCardLentError extends HandoverError {
    readonly kind = 'no-card-lent';

    constructor() {
        super('No card is lent');
    }
}

/** Several cards may be meant. */
export class AmbiguousCardError extends HandoverError {
    readonly kind = 'ambiguous-card';

    /**
     * @param wanted what was asked for; null when nothing was, and several cards can be lent
     * @param addresses of the cards that it fits
     */
    constructor(
        readonly wanted: string | null,
        readonly addresses: readonly string[],
    ) {
        super('Several cards may be meant');
    }
}

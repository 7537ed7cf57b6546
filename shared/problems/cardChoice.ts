// SPDX-License-Identifier: GPL-3.0-or-later
import type {AmbiguousCardError, NoSuchCardError} from '../gpu/cardErrors.js';
import {_, fill} from '../platform/i18n.js';

interface Description {
    readonly category: 'missing';
    readonly title: string;
    readonly body: string;
}

/** No card was found, in words. */
export function noSuchCard({wanted}: NoSuchCardError): Description {
    if (wanted === null)
        return {
            category: 'missing',
            title: _('No card to lend'),
            body: _(
                'No graphics card of this computer can be lent to a machine. “handover gpu” shows all of them.',
            ),
        };
    return {
        category: 'missing',
        title: _('No such card'),
        body: fill(
            _('No graphics card has the address {card} or a name with it. “handover gpu” shows all of them.'),
            {card: wanted},
        ),
    };
}

/** No card is away, in words. */
export function noCardLent(): Description {
    return {
        category: 'missing',
        title: _('No card is lent'),
        body: _('Linux has all graphics cards, so there is none to bring back. “handover gpu” shows them.'),
    };
}

/** Several cards were found, in words. */
export function whichCard({wanted, addresses}: AmbiguousCardError): Description {
    const cards = addresses.join(', ');
    return {
        category: 'missing',
        title: _('Which card?'),
        body:
            wanted === null
                ? fill(_('Several graphics cards can be lent: {cards}. Give the address of one.'), {cards})
                : fill(_('{card} fits several graphics cards: {cards}. Give the address of one.'), {
                      card: wanted,
                      cards,
                  }),
    };
}

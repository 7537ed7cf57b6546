// SPDX-License-Identifier: GPL-3.0-or-later
import {AmbiguousCardError, NoSuchCardError} from '../gpu/cardErrors.js';
import type {Gpu} from '../gpu/gpu.js';
import {parsePciAddress} from '../gpu/pciAddress.js';
import {NothingToLendError} from './setUpErrors.js';

/** The part of a card that choosing looks at. */
export type ChoosableCard = Pick<Gpu, 'address' | 'name' | 'numbers' | 'facts'>;

/**
 * The cards that could be lent one day: all but the desktop's own, which is the one with the firmware's picture or,
 * where the firmware tells of none, the first.
 */
export function choosableCards<Card extends ChoosableCard>(cards: readonly Card[]): Card[] {
    const own = cards.find(({facts}) => facts.bootVga === true) ?? cards[0];
    return cards.filter(card => card !== own && !card.facts.display.virtual);
}

/**
 * The card that is meant.
 *
 * @param wanted an address in any common form, `vendor:device`, or a part of the name; null for the only one
 * @throws NothingToLendError, NoSuchCardError, AmbiguousCardError
 */
export function chooseCard<Card extends ChoosableCard>(cards: readonly Card[], wanted: string | null): Card {
    const [first] = cards;
    if (!first) throw new NothingToLendError(null);
    // A card that is named is looked at even when it cannot be lent: the checks then say why.
    const meant = wanted === null ? choosableCards(cards) : cards.filter(card => isMeant(card, wanted));
    const [one, ...others] = meant;
    if (one && others.length === 0) return one;
    if (one)
        throw new AmbiguousCardError(
            wanted,
            meant.map(({address}) => address),
        );
    if (wanted !== null) throw new NoSuchCardError(wanted);
    throw new NothingToLendError(first);
}

function isMeant({address, name, numbers}: ChoosableCard, wanted: string): boolean {
    const parsed = parsePciAddress(wanted);
    if (parsed !== null) return parsed === address;
    const text = wanted.trim().toLowerCase();
    if (text === '') return false;
    if (/^[0-9a-f]{4}:[0-9a-f]{4}$/.test(text)) return text === `${numbers.vendor}:${numbers.device}`;
    return name.toLowerCase().includes(text);
}

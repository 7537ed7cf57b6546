// SPDX-License-Identifier: GPL-3.0-or-later
import {AmbiguousCardError, NoSuchCardError} from '../../shared/gpu/cardErrors.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import {type LendableCard, lendableCards} from '../../shared/gpu/lendable.js';
import {parsePciAddress} from '../../shared/gpu/pciAddress.js';

/** What is asked of a card to find it. */
export type NamedCard = LendableCard & Pick<Gpu, 'name'>;

/**
 * Finds the one card that a CARD argument means: an address, in full or without its domain, of any of its functions;
 * or a part of its name, in any case. Without one it is the card that can be lent, when there is only one.
 *
 * @param fits when nothing was asked for: cards for which this is true come before the others that can be lent
 * @throws NoSuchCardError, AmbiguousCardError
 */
export function findCard<Card extends NamedCard>(
    cards: readonly Card[],
    wanted: string | undefined,
    fits: (card: Card) => boolean = () => true,
): Card {
    if (wanted === undefined) {
        const lendable = lendableCards(cards);
        const fitting = lendable.filter(fits);
        return theOnly(fitting.length > 0 ? fitting : lendable, null);
    }
    const address = parsePciAddress(wanted);
    if (address !== null) {
        const at = cards.filter(({facts}) => facts.functions.some(one => one.address === address));
        return theOnly(at, wanted);
    }
    const part = wanted.trim().toLowerCase();
    // A part of nothing is a part of every name.
    const named = part === '' ? [] : cards.filter(({name}) => name.toLowerCase().includes(part));
    const whole = named.filter(({name}) => name.toLowerCase() === part);
    return theOnly(whole.length > 0 ? whole : named, wanted);
}

function theOnly<Card extends NamedCard>(cards: readonly Card[], wanted: string | null): Card {
    const [first, ...others] = cards;
    if (!first) throw new NoSuchCardError(wanted);
    if (others.length === 0) return first;
    throw new AmbiguousCardError(
        wanted,
        cards.map(({address}) => address),
    );
}

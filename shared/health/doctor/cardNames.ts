// SPDX-License-Identifier: GPL-3.0-or-later
import type {CardFacts} from '../../gpu/pciTree.js';
import {cardName, lookUpPciNames, pciIdsPath} from '../../gpu/pciIds.js';

/** Names by numbers, null for a card that the list does not know: the list is read once for each kind of card. */
const known = new Map<string, string | null>();

const keyOf = ({display}: CardFacts): string => `${display.vendor} ${display.device}`;

/** What people call cards, by their addresses; those that the list of PCI names does not know are left out. */
export async function namesOfCards(cards: readonly CardFacts[]): Promise<ReadonlyMap<string, string>> {
    const fresh = cards.filter(card => !known.has(keyOf(card)));
    const found = await lookUpPciNames(
        fresh.length > 0 ? pciIdsPath() : null,
        fresh.map(({display}) => display),
    );
    fresh.forEach((card, index) => {
        const names = found[index]!;
        known.set(keyOf(card), names.device === null ? null : cardName(card.display, names));
    });
    return new Map(
        cards.flatMap(card => {
            const name = known.get(keyOf(card)) ?? null;
            return name === null ? [] : [[card.display.address, name]];
        }),
    );
}

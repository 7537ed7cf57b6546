// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from './gpu.js';

/** What is asked of a card to know whether it can be lent. */
export type LendableCard = Pick<Gpu, 'address' | 'facts' | 'owner' | 'claims'>;

/**
 * The cards that somebody may want to lend, or has lent.
 *
 * A card counts
 * - when Linux does not have all of it, or a machine names it: then it is lent, or meant to be;
 * - else when it is in an IOMMU group, without which nothing can be lent, and is not the desktop's own: the one on
 *   which the firmware shows its picture (`boot_vga`) or, where the firmware tells of none, the first by address.
 *
 * So a machine with one card has none, and neither has one whose IOMMU is off, unless something is lent already.
 */
export function lendableCards<Card extends LendableCard>(cards: readonly Card[]): Card[] {
    const own = cards.find(({facts}) => facts.bootVga === true) ?? cards[0];
    return cards.filter(
        card =>
            card.owner.kind !== 'linux' ||
            card.claims.length > 0 ||
            (card !== own && card.facts.group !== null),
    );
}

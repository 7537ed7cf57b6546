// SPDX-License-Identifier: GPL-3.0-or-later
import {AmbiguousCardError, NoCardLentError} from '../../shared/gpu/cardErrors.js';
import {resolveCard} from '../../shared/gpu/cardIdentity.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import {readRecords} from '../../shared/gpu/handover/recordFiles.js';
import type {UndoRecord} from '../../shared/gpu/handover/undoRecord.js';
import {here} from '../../shared/gpu/here.js';
import {lendableCards} from '../../shared/gpu/lendable.js';
import {parsePciAddress} from '../../shared/gpu/pciAddress.js';
import type {NamedCard} from '../../shared/lending/lendingErrors.js';
import {findCard} from './cardSearch.js';
import {localCards} from './localCards.js';

/**
 * The card that is to be brought back: one of those that are there, or one that has fallen off the bus while it was
 * lent, of which only the record of its handover tells.
 *
 * @throws NoSuchCardError, AmbiguousCardError; NoCardLentError when Linux has several and no machine has one
 */
export async function cardToReturn(wanted: string | undefined): Promise<NamedCard> {
    const cards = await localCards();
    const isAway = ({owner}: Gpu): boolean => owner.kind !== 'linux';
    const lost = (await readRecords(here().root)).filter(record => isLost(record, cards));
    if (wanted !== undefined) {
        const address = parsePciAddress(wanted);
        const record = lost.find(({functions}) => functions.some(one => one.address === address));
        return record ? nameOf(record) : findCard(cards, wanted);
    }
    const away = cards.filter(isAway);
    const [first, ...others] = [...lost.map(nameOf), ...away];
    if (!first && lendableCards(cards).length > 1) throw new NoCardLentError();
    if (lost.length === 0 || !first) return findCard(cards, undefined, isAway);
    if (others.length === 0) return first;
    throw new AmbiguousCardError(
        null,
        [first, ...others].map(({address}) => address),
    );
}

/** Nothing is left that would tell what it is called. */
function nameOf({id}: UndoRecord): NamedCard {
    return {address: id, name: id};
}

/** Whether a lent card is neither where it was nor, as far as can be told, anywhere else. */
function isLost({card}: UndoRecord, cards: readonly Gpu[]): boolean {
    if (cards.some(({address}) => address === card.address)) return false;
    const {found} = resolveCard(
        cards.map(({facts}) => facts),
        card,
    );
    // One of its kind that Linux has need not be it.
    const there = cards.find(({facts}) => facts === found);
    return there === undefined || there.owner.kind === 'linux';
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {PciFacts} from './pciFunction.js';

/**
 * What a card is, wherever it is plugged in: `vendor:device:subsystem-vendor:subsystem-device`.
 *
 * Addresses and card numbers move, between boots and when a card is removed and found again; this does not.
 */
export function identityOf(display: PciFacts): string {
    const {vendor, device, subsystemVendor, subsystemDevice} = display;
    return `${vendor}:${device}:${subsystemVendor ?? '0000'}:${subsystemDevice ?? '0000'}`;
}

/** A card that was chosen once: what it is, and where it was then. */
export interface CardReference {
    readonly identity: string;
    readonly address: string;
    /** Where others of its kind were then: what is there now is one of them, and not this card moved. */
    readonly twins?: readonly string[];
}

/** What is remembered of a card, to find it again as long as the computer runs. */
export function referenceTo(
    {display}: {readonly display: PciFacts},
    cards: readonly {readonly display: PciFacts}[],
): CardReference {
    const identity = identityOf(display);
    const {address} = display;
    const twins = cards
        .filter(other => identityOf(other.display) === identity && other.display.address !== address)
        .map(other => other.display.address);
    return {identity, address, ...(twins.length === 0 ? {} : {twins})};
}

export type Resolution<Card> =
    | {readonly found: Card; readonly moved: boolean}
    /** `absent`: no card of that kind. `ambiguous`: several, and none where it was. */
    | {readonly found: null; readonly because: 'absent' | 'ambiguous'};

/**
 * Finds a card again.
 *
 * Of two cards of one kind it is the one at the address that is remembered; when both have moved nobody can tell,
 * and a wrong guess would take the desktop's card away.
 */
export function resolveCard<Card extends {readonly display: PciFacts}>(
    cards: readonly Card[],
    {identity, address, twins = []}: CardReference,
): Resolution<Card> {
    const alike = cards.filter(card => identityOf(card.display) === identity);
    const here = alike.find(card => card.display.address === address);
    if (here) return {found: here, moved: false};
    const [only, ...others] = alike.filter(card => !twins.includes(card.display.address));
    if (!only) return {found: null, because: 'absent'};
    return others.length > 0 ? {found: null, because: 'ambiguous'} : {found: only, moved: true};
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {referenceTo, resolveCard} from '../cardIdentity.js';
import {isVfioDriver} from '../pciFunction.js';
import {slotOf} from '../pciAddress.js';
import type {CardFacts, PciTree} from '../pciTree.js';
import type {SysRoot} from '../sysRoot.js';
import {readOverride} from './functionState.js';
import type {Clock, Services} from './ports.js';
import type {FunctionBefore, UndoRecord} from './undoRecord.js';
import type {LettingGo} from './vendors.js';

/** The card with its display function at an address. */
export function cardAt(tree: PciTree, address: string): CardFacts | undefined {
    return tree.cards.find(({display}) => display.address === address);
}

/** The record that is about a card, wherever the card was when it was written. */
export function recordOf(
    records: readonly UndoRecord[],
    tree: PciTree,
    card: CardFacts,
): UndoRecord | undefined {
    return records.find(record => resolveCard(tree.cards, record.card).found === card);
}

/** Whether all functions of a card are with vfio. */
export function isLent({functions}: CardFacts): boolean {
    return functions.every(({driver}) => isVfioDriver(driver));
}

/** Whether Linux has all of a card that it ever has: nothing of it is with vfio, and it has a driver. */
export function isHome({functions, display}: CardFacts): boolean {
    return display.driver !== null && !functions.some(({driver}) => isVfioDriver(driver));
}

/**
 * Whether a function is kept for machines from its next driver on, by an override that somebody has left.
 *
 * @throws DeadlineError when the kernel does not answer
 * @throws GLib.Error when a function is gone
 */
export async function isPromised(root: SysRoot, {functions}: CardFacts): Promise<boolean> {
    const overrides = await Promise.all(functions.map(({address}) => readOverride(root, address)));
    return overrides.some(override => override !== null && isVfioDriver(override));
}

/**
 * How a card is before anything is changed.
 *
 * @throws DeadlineError when the kernel does not answer, because it is stuck with a driver of the card
 * @throws GLib.Error when a function is gone
 */
export async function recordBefore(
    root: SysRoot,
    card: CardFacts,
    {cards}: PciTree,
    {services: known, modules}: LettingGo,
    {services, clock, by}: {services: Services; clock: Clock; by: string},
): Promise<UndoRecord> {
    const functions: FunctionBefore[] = await Promise.all(
        card.functions.map(async ({address, driver}) => ({
            address,
            driver,
            override: await readOverride(root, address),
        })),
    );
    const running: string[] = [];
    for (const unit of known) if (await services.isActive(unit)) running.push(unit);
    return {
        ...emptyRecord(card, cards, clock, by),
        direction: 'take',
        functions,
        modules,
        services: running,
        hadNodes: card.drmNodes.some(name => name.startsWith('card')),
    };
}

/** A record for a card that somebody else has given to vfio: Linux's own drivers are what it goes back to. */
export function nativeRecord(card: CardFacts, {cards}: PciTree, clock: Clock, by: string): UndoRecord {
    return {
        ...emptyRecord(card, cards, clock, by),
        native: true,
        functions: card.functions.map(({address}) => ({address, driver: null, override: null})),
    };
}

function emptyRecord(card: CardFacts, cards: readonly CardFacts[], clock: Clock, by: string): UndoRecord {
    const {address} = card.display;
    return {
        version: 1,
        id: address,
        card: referenceTo(card, cards),
        direction: 'return',
        phase: 'moving',
        step: 'record',
        by,
        startedAtMs: clock.wallClockMs(),
        functions: [],
        native: false,
        modules: [],
        services: [],
        hadNodes: false,
        problem: null,
    };
}

/**
 * A record with the addresses that its card has now.
 *
 * @returns null when the card is not there
 */
export function relocated(record: UndoRecord, tree: PciTree): UndoRecord | null {
    const card = resolveCard(tree.cards, record.card).found;
    if (!card) return null;
    const {address} = card.display;
    if (address === record.card.address) return record;
    const slot = slotOf(address);
    return {
        ...record,
        card: {...record.card, address},
        functions: record.functions.map(one => ({...one, address: `${slot}${one.address.slice(-2)}`})),
    };
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {exists} from '../shared/platform/files.js';
import {isPciAddress} from '../shared/gpu/pciAddress.js';
import {functionPath, type PciFacts, readClass, readPciFacts} from '../shared/gpu/pciFunction.js';
import {type CardFacts, PciReader} from '../shared/gpu/pciTree.js';
import type {SysRoot} from '../shared/gpu/sysRoot.js';
import {HelperError} from './helperError.js';

/**
 * Finds the card that a caller names.
 *
 * The address is compared with the kernel's own list, never made a path of before its form is known.
 *
 * @throws HelperError InvalidAddress, NoSuchDevice or NotACard; Failed when the kernel does not tell in time what it is
 */
export async function findCard(root: SysRoot, address: string): Promise<CardFacts> {
    checkAddress(address);
    const {cards} = await new PciReader(root).read();
    const card = cards.find(({display}) => display.address === address);
    if (card) return card;
    if (!exists(functionPath(root, address)))
        throw new HelperError('NoSuchDevice', `There is no PCI device ${address}`);
    if ((await whatItIs(root, address)) === null)
        throw new HelperError('Failed', `The kernel does not tell what ${address} is, or not in time`);
    throw new HelperError('NotACard', `${address} is not the display function of a card`);
}

/** A list leaves out what does not answer in time: that is not yet to be no card. */
async function whatItIs(root: SysRoot, address: string): Promise<PciFacts | null> {
    const classCode = await readClass(root, address);
    return classCode === null ? null : readPciFacts(root, address, classCode);
}

/** @throws HelperError InvalidAddress */
export function checkAddress(address: string): void {
    if (!isPciAddress(address)) throw new HelperError('InvalidAddress', 'This is no PCI address');
}

/** What the firmware can show its picture on (PCI class code, without the interface). */
const VGA = 0x0300;

/**
 * The card may be lent: it is known not to be the one that the firmware shows its picture on. The kernel says so of
 * every card with the class that can be it, so that one of which it says nothing is left alone.
 *
 * @throws HelperError DesktopCard
 */
export function checkLendable(card: CardFacts): void {
    keepFromDesktop(card);
    if (card.bootVga === null && card.display.classCode >> 8 === VGA)
        throw new HelperError(
            'DesktopCard',
            `Linux does not tell whether ${card.display.address} is the card that the desktop runs on`,
        );
}

/**
 * The card that the firmware shows its picture on stays with the desktop.
 *
 * @throws HelperError DesktopCard
 */
export function keepFromDesktop(card: CardFacts): void {
    if (card.bootVga === true)
        throw new HelperError('DesktopCard', `${card.display.address} is the card that the desktop runs on`);
}

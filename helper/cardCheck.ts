// SPDX-License-Identifier: GPL-3.0-or-later
import {exists} from '../shared/platform/files.js';
import {isPciAddress} from '../shared/gpu/pciAddress.js';
import {functionPath} from '../shared/gpu/pciFunction.js';
import {type CardFacts, PciReader} from '../shared/gpu/pciTree.js';
import type {SysRoot} from '../shared/gpu/sysRoot.js';
import {HelperError} from './helperError.js';

/**
 * Finds the card that a caller names.
 *
 * The address is compared with the kernel's own list, never made a path of before its form is known.
 *
 * @throws HelperError InvalidAddress, NoSuchDevice or NotACard
 */
export async function findCard(root: SysRoot, address: string): Promise<CardFacts> {
    checkAddress(address);
    const {cards} = await new PciReader(root).read();
    const card = cards.find(({display}) => display.address === address);
    if (card) return card;
    if (exists(functionPath(root, address)))
        throw new HelperError('NotACard', `${address} is not the display function of a card`);
    throw new HelperError('NoSuchDevice', `There is no PCI device ${address}`);
}

/** @throws HelperError InvalidAddress */
export function checkAddress(address: string): void {
    if (!isPciAddress(address)) throw new HelperError('InvalidAddress', 'This is no PCI address');
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

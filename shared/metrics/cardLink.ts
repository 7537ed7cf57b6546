// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../definition/definition.js';
import {functionPath, readClass} from '../gpu/pciFunction.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import {readAttribute, readLink} from '../platform/files.js';
import type {LinkFacts} from './bottleneck.js';

/** From this use (0 to 1) on, a card has work to do. */
const BUSY = 0.5;
/** The upper byte of a function's class. */
const DISPLAY = 0x03;
const PCI_FUNCTION = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;

/**
 * The slowest link on the way to the machine's graphics card, while the card has work to do: an idle one saves power
 * rightly, and nothing is read of it.
 *
 * @param use how busy the card is, 0 to 1; null when nobody knows
 * @returns null when it is not busy, sleeps, or cannot be read
 */
export async function readCardLink(
    root: SysRoot,
    definition: Definition | null,
    use: number | null,
): Promise<LinkFacts | null> {
    if (definition === null || use === null || use < BUSY) return null;
    for (const address of definition.pciAddresses) {
        const kind = await readClass(root, address);
        if (kind === null || kind >> 16 !== DISPLAY) continue;
        const link = await slowestOf(root, address);
        if (link) return {...link, busy: true};
    }
    return null;
}

/**
 * A card may have bridges of its own, whose link to it always runs at full speed; so the way counts up to the root.
 * What it can do at most is what the weakest on it can.
 */
async function slowestOf(root: SysRoot, address: string): Promise<Omit<LinkFacts, 'busy'> | null> {
    // ../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0
    const parts = readLink(`${root.sys}/bus/pci/devices/${address}`)?.split('/') ?? [];
    const way = parts.filter(part => PCI_FUNCTION.test(part));
    let current = Infinity;
    let most = Infinity;
    for (const part of way.length > 0 ? way : [address]) {
        const link = await linkOf(functionPath(root, part));
        if (link === 'asleep') return null;
        if (link === null) continue;
        current = Math.min(current, link.current);
        most = Math.min(most, link.most);
    }
    return Number.isFinite(current) ? {current, most} : null;
}

/** Speed times width, in GT/s of all lanes together. */
async function linkOf(folder: string): Promise<Omit<LinkFacts, 'busy'> | 'asleep' | null> {
    // To read the link of what sleeps would wake it (drivers/pci/pci-sysfs.c, current_link_speed_show).
    if ((await readAttribute(`${folder}/power/runtime_status`)) === 'suspended') return 'asleep';
    const [speed, width, mostSpeed, mostWidth] = await Promise.all(
        ['current_link_speed', 'current_link_width', 'max_link_speed', 'max_link_width'].map(name =>
            readAttribute(`${folder}/${name}`).then(text => Number.parseFloat(text ?? '')),
        ),
    );
    if (!speed || !width || !mostSpeed || !mostWidth) return null;
    return {current: speed * width, most: mostSpeed * mostWidth};
}

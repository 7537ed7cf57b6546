// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {identityOf} from '../../shared/gpu/cardIdentity.js';
import type {PciFunction} from '../../shared/gpu/pciFunction.js';
import type {CardFacts} from '../../shared/gpu/pciTree.js';
import {listNames} from '../../shared/platform/files.js';
import {HelperError} from '../helperError.js';
import {lookAt, putInPlace} from './ownFile.js';

const OURS = '# Written by Handover:';
const NAME = /^61-handover-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}(-at-[0-9a-f-]+)?\.rules$/;
const SOUND = 0x0403;

/**
 * udev rules that keep the desktop off a card that is to be lent.
 *
 * mutter never lets a card go that it has opened, but leaves those with the tag `mutter-device-ignore` alone, at
 * log-in and when they come back (src/backends/native/meta-udev.c). PipeWire keeps the control device of every sound
 * card open, but for those with ACP_IGNORE (spa/plugins/alsa/alsa-udev.c); PulseAudio has PULSE_IGNORE. The kernel
 * waits for such descriptors when the card's sound function is taken from its driver.
 */
export class IgnoreRules {
    /** @param folder `/etc/udev/rules.d` */
    constructor(private readonly folder: string) {}

    /** The rules that are there. */
    get files(): string[] {
        return (listNames(this.folder) ?? [])
            .filter(name => NAME.test(name))
            .sort()
            .map(name => `${this.folder}/${name}`);
    }

    /**
     * Writes the rule, or puts a new one in the place of the one that there was.
     *
     * @param cards all cards: of two alike the rule has to name the place
     * @returns whether anything was written, so that udev has to be told
     * @throws HelperError ForeignFile
     */
    async install(card: CardFacts, cards: readonly CardFacts[]): Promise<boolean> {
        const path = this.#path(card, hasTwin(card, cards));
        const wanted = ruleFor(card, hasTwin(card, cards));
        const found = await this.#own(path);
        if (found !== wanted) putInPlace(path, wanted, 0o644, this.folder);
        return (await this.#removeOthers(card, cards)) || found !== wanted;
    }

    /** @returns whether there was one */
    async remove(card: CardFacts, cards: readonly CardFacts[]): Promise<boolean> {
        const path = this.#path(card, hasTwin(card, cards));
        const found = await this.#own(path);
        if (found !== null) GLib.unlink(path);
        return (await this.#removeOthers(card, cards)) || found !== null;
    }

    /**
     * Removes what was written for the card while it had a twin that it has no more, or had none yet: the one names a
     * place where it may not be, the other is for both.
     */
    async #removeOthers(card: CardFacts, cards: readonly CardFacts[]): Promise<boolean> {
        const general = this.#path(card, false);
        const placed = `${general.slice(0, -'.rules'.length)}-at-`;
        const others = hasTwin(card, cards) ? [general] : this.files.filter(path => path.startsWith(placed));
        let removed = false;
        for (const path of others) {
            const found = await lookAt(path);
            if (!found?.plain || !found.text.startsWith(OURS)) continue;
            GLib.unlink(path);
            removed = true;
        }
        return removed;
    }

    async #own(path: string): Promise<string | null> {
        const found = await lookAt(path);
        if (!found) return null;
        if (!found.plain || !found.text.startsWith(OURS))
            throw new HelperError('ForeignFile', `${path} is not Handover's; move it away first`);
        return found.text;
    }

    #path(card: CardFacts, byPlace: boolean): string {
        const place = byPlace ? `-at-${card.display.address.replaceAll(/[:.]/g, '-')}` : '';
        const name = `61-handover-${identityOf(card.display).replaceAll(':', '-')}${place}.rules`;
        // All of it comes from sysfs; that it makes no other path is checked all the same.
        if (!NAME.test(name)) throw new TypeError(`Not a name for a rule: ${name}`);
        return `${this.folder}/${name}`;
    }
}

function hasTwin(card: CardFacts, cards: readonly CardFacts[]): boolean {
    const identity = identityOf(card.display);
    return cards.filter(({display}) => identityOf(display) === identity).length > 1;
}

/** The text of the rule for a card. */
export function ruleFor({display, functions}: CardFacts, byPlace: boolean): string {
    const lines = [`${OURS} the desktop leaves this card alone, so that it can be lent to a machine.`];
    lines.push(
        `SUBSYSTEM=="drm", KERNEL=="card[0-9]*", ${match(display, byPlace)}, TAG+="mutter-device-ignore"`,
    );
    for (const sound of functions.filter(({classCode}) => classCode >> 8 === SOUND))
        lines.push(
            `SUBSYSTEM=="sound", ${match(sound, byPlace)}, ENV{ACP_IGNORE}="1", ENV{PULSE_IGNORE}="1"`,
        );
    return `${lines.join('\n')}\n`;
}

/** The PCI function above a node: by what it is, since addresses move; by its place where another is alike. */
function match(
    {address, vendor, device, subsystemVendor, subsystemDevice}: PciFunction,
    byPlace: boolean,
): string {
    return [
        'SUBSYSTEMS=="pci"',
        ...(byPlace ? [`KERNELS=="${address}"`] : []),
        `ATTRS{vendor}=="0x${vendor}"`,
        `ATTRS{device}=="0x${device}"`,
        ...(subsystemVendor === null || subsystemDevice === null
            ? []
            : [
                  `ATTRS{subsystem_vendor}=="0x${subsystemVendor}"`,
                  `ATTRS{subsystem_device}=="0x${subsystemDevice}"`,
              ]),
    ].join(', ');
}

// SPDX-License-Identifier: GPL-3.0-or-later
// A card in a machine's definition: all of its functions on one slot of the guest, as they are on the host.
import type {Definition} from './definition.js';
import {DefinitionError} from './definitionError.js';
import {readHostDevice} from './devices/hostDevice.js';
import {hasRemedy, type Remedy43, withoutRemedies, withRemedies} from './error43.js';
import {freeGuestSlot, guestAddressOf, isBusInUse, makeRootPort} from './guestSlot.js';
import {
    makePciHostDevice,
    pciHostDevice,
    type Rom,
    withManaged,
    withMultifunction,
    withoutDevice,
} from './hostDeviceEdit.js';
import {type LentCard, lentCards, withLentCard, withoutLentCard} from './lentCard.js';
import {attributeOf, childOf, childrenOf} from './xmlTree.js';

/** A card as a machine is to have it. */
export interface CardGift {
    readonly identity: string;
    /** Its functions on the host, the display function first. */
    readonly functions: readonly [string, ...string[]];
    readonly managed: boolean;
    readonly rom: Rom;
    readonly remedies: readonly Remedy43[];
}

/** How a machine has a card. */
export interface CardStanding {
    /** Functions that it has, in the order of the card's. */
    readonly present: readonly string[];
    readonly missing: readonly string[];
    /** Whether those that are there are parts of one device to the guest; true where libvirt has not placed them yet. */
    readonly together: boolean;
    /** Null when they differ, or none is there. */
    readonly managed: boolean | null;
}

/** How a machine has the functions of a card. */
export function cardStanding(definition: Definition, functions: readonly string[]): CardStanding {
    const present = functions.filter(address => pciHostDevice(definition, address));
    const elements = present.flatMap(address => pciHostDevice(definition, address) ?? []);
    const places = elements.flatMap(element => {
        const place = guestAddressOf(element);
        return place ? [`${place.bus}:${place.slot}`] : [];
    });
    const managed = new Set(elements.map(element => readHostDevice(element).managed));
    return {
        present,
        missing: functions.filter(address => !present.includes(address)),
        together: new Set(places).size <= 1,
        managed: managed.size === 1 ? [...managed][0]! : null,
    };
}

/**
 * Gives a card to a machine, and notes in its metadata what was added. Functions that are there stay as they are, but
 * for who moves them, and the others join them in their slot.
 *
 * @throws DefinitionError when the guest has no slot for it
 */
export function withCard(definition: Definition, gift: CardGift): Definition {
    const [display] = gift.functions;
    const {present, missing} = cardStanding(definition, gift.functions);
    const before = lentCards(definition).find(
        ({identity, address}) => identity === gift.identity && address === display,
    );
    const remedied = withRemedies(definition, gift.remedies);
    let changed = withManaged(remedied.definition, present, gift.managed);
    let port: number | null = before?.port ?? null;
    let multifunction: string | null = before?.multifunction ?? null;
    if (missing.length > 0) {
        const place = placeFor(changed, present);
        if (place.newPort !== null) {
            changed = changed.withDevice(makeRootPort(place.newPort));
            port = place.newPort;
        }
        const [first] = present;
        const there = first === undefined ? null : pciHostDevice(changed, first);
        if (there && place.usesFunctions.length > 0 && !isMultifunction(changed, place)) {
            const head = functionZero(changed, place);
            if (head) {
                multifunction = readHostDevice(head).pciAddress;
                changed = withMultifunction(changed, head, true);
            }
        }
        const free = [0, 1, 2, 3, 4, 5, 6, 7].filter(number => !place.usesFunctions.includes(number));
        for (const [index, address] of missing.entries()) {
            const pciFunction = free[index];
            if (pciFunction === undefined) throw new DefinitionError('A device has eight functions at most');
            const guest = {
                bus: place.bus,
                slot: place.slot,
                pciFunction,
                multifunction: pciFunction === 0 && gift.functions.length > 1,
            };
            const rom: Rom = address === display ? gift.rom : {kind: 'default'};
            changed = changed.withDevice(makePciHostDevice({address, managed: gift.managed, guest, rom}));
        }
    }
    const lent: LentCard = {
        identity: gift.identity,
        address: display,
        devices: [...new Set([...(before?.devices ?? []), ...missing])],
        port,
        remedies: [...new Set([...(before?.remedies ?? []), ...remedied.added])],
        multifunction,
    };
    const nothing = lent.devices.length === 0 && lent.remedies.length === 0 && port === null;
    return nothing ? changed : withLentCard(changed, lent);
}

/** Takes out what {@link withCard} has added for a card, and nothing else. */
export function withoutCard(definition: Definition, lent: LentCard): Definition {
    let changed = definition;
    for (const address of lent.devices) {
        const device = pciHostDevice(changed, address);
        if (device) changed = withoutDevice(changed, device);
    }
    if (lent.multifunction !== null) {
        const device = pciHostDevice(changed, lent.multifunction);
        if (device) changed = withMultifunction(changed, device, false);
    }
    if (lent.port !== null && !isBusInUse(changed, lent.port)) {
        const port = childrenOf(childOf(changed.root, 'devices'), 'controller').find(
            one =>
                attributeOf(one, 'model') === 'pcie-root-port' &&
                attributeOf(one, 'index') === String(lent.port),
        );
        if (port) changed = withoutDevice(changed, port);
    }
    changed = withoutRemedies(
        changed,
        lent.remedies.filter(remedy => hasRemedy(changed, remedy)),
    );
    return withoutLentCard(changed, lent.identity, lent.address);
}

interface Place {
    readonly bus: number;
    readonly slot: number;
    readonly newPort: number | null;
    readonly usesFunctions: readonly number[];
}

/** Beside those functions that are there, or else in a slot of its own. */
function placeFor(definition: Definition, present: readonly string[]): Place {
    for (const address of present) {
        const element = pciHostDevice(definition, address);
        const place = element && guestAddressOf(element);
        if (!place) continue;
        const {bus, slot} = place;
        return {bus, slot, newPort: null, usesFunctions: functionsAt(definition, {bus, slot})};
    }
    const free = freeGuestSlot(definition);
    if (!free) throw new DefinitionError('The guest has no free PCI slot');
    return {...free, usesFunctions: []};
}

function functionsAt(definition: Definition, at: Pick<Place, 'bus' | 'slot'>): number[] {
    return devicesAt(definition, at).map(device => guestAddressOf(device)!.pciFunction);
}

function functionZero(definition: Definition, at: Pick<Place, 'bus' | 'slot'>) {
    return devicesAt(definition, at).find(device => guestAddressOf(device)!.pciFunction === 0);
}

function isMultifunction(definition: Definition, at: Pick<Place, 'bus' | 'slot'>): boolean {
    const head = functionZero(definition, at);
    return attributeOf(childOf(head ?? null, 'address'), 'multifunction') === 'on';
}

function devicesAt(definition: Definition, {bus, slot}: Pick<Place, 'bus' | 'slot'>) {
    return childrenOf(childOf(definition.root, 'devices')).filter(device => {
        const place = guestAddressOf(device);
        return place?.bus === bus && place.slot === slot;
    });
}

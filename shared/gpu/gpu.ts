// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';

import {type CardDetails, readCardDetails} from './cardDetails.js';
import {identityOf} from './cardIdentity.js';
import {type Claim, type Owner, ownerOf, sameOwner, claimsOn} from './owner.js';
import {cardName, type PciNames, type PciNumbers, shortVendor} from './pciIds.js';
import type {CardFacts} from './pciTree.js';
import type {RecordedHandover} from './handover/undoRecord.js';
import type {SysRoot} from './sysRoot.js';

const READABLE = GObject.ParamFlags.READABLE;

function text(name: string): GObject.ParamSpec<string> {
    return GObject.ParamSpec.string(name, null, null, READABLE, '');
}

/**
 * A card: a display-class PCI device with its other functions, and who has it.
 *
 * It stays the same object when the card has moved to another address or number from one look to the next.
 */
export class Gpu extends GObject.Object {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverGpu',
                Properties: {
                    address: text('address'),
                    name: text('name'),
                    driver: text('driver'),
                    'owner-kind': text('owner-kind'),
                },
                // Anything of it: owner, driver, address, nodes, or the machines that want it.
                Signals: {changed: {}, gone: {}},
            },
            this,
        );
    }

    /** What it is, wherever it is plugged in. */
    readonly identity: string;
    #facts: CardFacts;
    #owner: Owner;
    #claims: readonly Claim[];
    #present = true;

    constructor(
        readonly root: SysRoot,
        facts: CardFacts,
        private readonly names: PciNames,
        claims: readonly Claim[],
        handover: RecordedHandover | null,
    ) {
        super();
        this.identity = identityOf(facts.display);
        this.#facts = facts;
        this.#owner = ownerOf(facts, claims, handover);
        this.#claims = claimsOn(facts, claims);
    }

    /** Where its display function is now. */
    get address(): string {
        return this.#facts.display.address;
    }

    /** As people say it, e.g. `NVIDIA GeForce RTX 4090`. */
    get name(): string {
        return cardName(this.numbers, this.names);
    }

    /** `NVIDIA`, `AMD`, `Intel`, or what the list of PCI names says. */
    get vendor(): string {
        return shortVendor(this.numbers, this.names);
    }

    /** What the list of PCI names says of it. */
    get listedNames(): PciNames {
        return this.names;
    }

    get numbers(): PciNumbers {
        return this.#facts.display;
    }

    /** The driver of its display function; empty when it has none. */
    get driver(): string {
        return this.#facts.display.driver ?? '';
    }

    get owner(): Owner {
        return this.#owner;
    }

    get ownerKind(): string {
        return this.#owner.kind;
    }

    /** The machines that have it or want it, as far as their definitions have been read. */
    get claims(): readonly Claim[] {
        return this.#claims;
    }

    /** As sysfs showed it last. */
    get facts(): CardFacts {
        return this.#facts;
    }

    /** False once it is no more on the bus. */
    get present(): boolean {
        return this.#present;
    }

    /** Reads what is worth showing on its page; it wakes no card that sleeps. */
    readDetails(): Promise<CardDetails> {
        return readCardDetails(this.root, this.#facts);
    }

    // What follows is for the list that it is in.

    /** Takes over what is known now, and tells when that is something else. */
    update(facts: CardFacts, claims: readonly Claim[], handover: RecordedHandover | null): void {
        const before = {facts: this.#facts, owner: this.#owner, claims: this.#claims};
        this.#facts = facts;
        this.#owner = ownerOf(facts, claims, handover);
        this.#claims = claimsOn(facts, claims);
        if (before.facts.display.address !== this.address) this.notify('address');
        if (before.facts.display.driver !== facts.display.driver) this.notify('driver');
        if (before.owner.kind !== this.#owner.kind) this.notify('owner-kind');
        const same =
            sameOwner(before.owner, this.#owner) &&
            JSON.stringify([before.facts, before.claims]) === JSON.stringify([facts, this.#claims]);
        if (!same) this.emit('changed');
    }

    markGone(): void {
        this.#present = false;
        this.emit('gone');
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {listNames, readAttribute} from '../platform/files.js';
import {
    functionPath,
    groupOf,
    isBridge,
    isCompanion,
    isDisplayClass,
    type PciFacts,
    type PciFunction,
    readClass,
    readPciFacts,
    withBinding,
} from './pciFunction.js';
import {isPciAddress, slotOf} from './pciAddress.js';
import type {SysRoot} from './sysRoot.js';

/** Devices that the IOMMU cannot tell from one another: they are lent together or not at all. */
export interface IommuGroup {
    /** Its number, as the kernel writes it. */
    readonly id: string;
    /** All of it, bridges and the card itself included. */
    readonly members: readonly PciFunction[];
}

/** A card as sysfs shows it. */
export interface CardFacts {
    /** The function that makes it a card. */
    readonly display: PciFunction;
    /** All functions that are lent together: the display function first, then its sound, USB and UCSI. */
    readonly functions: readonly PciFunction[];
    /** Null when there is no IOMMU, or it is switched off. */
    readonly group: IommuGroup | null;
    /** What else is in the group and no bridge: it would have to be lent, too. */
    readonly strangers: readonly PciFunction[];
    /** Whether the firmware shows its picture here; null for classes that cannot say. */
    readonly bootVga: boolean | null;
    /** `card1`, `renderD129`: the names that its nodes have now. They change with each handover. */
    readonly drmNodes: readonly string[];
}

/** All cards of a machine at one moment. */
export interface PciTree {
    /** By address. */
    readonly cards: readonly CardFacts[];
    /** Whether the kernel has sorted the devices into IOMMU groups. */
    readonly iommu: boolean;
}

/** Reads the cards of a machine, and remembers what does not change as long as a function stays at its address. */
export class PciReader {
    readonly #classes = new Map<string, number>();
    readonly #facts = new Map<string, PciFacts>();

    constructor(readonly root: SysRoot) {}

    /** What is at an address may be something else now. */
    forget(address: string): void {
        this.#classes.delete(address);
        this.#facts.delete(address);
    }

    /** The tree as it is now. A function that vanishes while it is read is left out. */
    async read(): Promise<PciTree> {
        const addresses = (listNames(`${this.root.sys}/bus/pci/devices`) ?? []).filter(isPciAddress).sort();
        const there = new Set(addresses);
        for (const address of this.#classes.keys()) if (!there.has(address)) this.forget(address);

        const classes = await Promise.all(addresses.map(address => this.#classOf(address)));
        const displays = addresses.filter((_, index) => isDisplayClass(classes[index] ?? 0));
        // A machine has a hundred functions. Only those that share a slot or a group with a card matter.
        const slots = new Set(displays.map(slotOf));
        const groups = new Set(displays.map(address => groupOf(this.root, address)));
        groups.delete(null);
        const near = await Promise.all(
            addresses
                .filter(address => slots.has(slotOf(address)) || groups.has(groupOf(this.root, address)))
                .map(address => this.#factsOf(address)),
        );
        const functions = near.flatMap(facts => (facts ? [withBinding(this.root, facts)] : []));
        const cards = functions
            .filter(one => isDisplayClass(one.classCode) && isFirstOfItsCard(one, functions))
            .map(display => this.#card(display, functions));
        return {
            cards: await Promise.all(cards),
            iommu: (listNames(`${this.root.sys}/kernel/iommu_groups`) ?? []).length > 0,
        };
    }

    async #classOf(address: string): Promise<number | null> {
        const known = this.#classes.get(address);
        if (known !== undefined) return known;
        const classCode = await readClass(this.root, address);
        if (classCode !== null) this.#classes.set(address, classCode);
        return classCode;
    }

    async #factsOf(address: string): Promise<PciFacts | null> {
        const known = this.#facts.get(address);
        if (known) return known;
        const classCode = this.#classes.get(address);
        if (classCode === undefined) return null;
        const facts = await readPciFacts(this.root, address, classCode);
        if (facts) this.#facts.set(address, facts);
        return facts;
    }

    async #card(display: PciFunction, all: readonly PciFunction[]): Promise<CardFacts> {
        const folder = functionPath(this.root, display.address);
        const functions = [display, ...all.filter(other => belongsTo(display, other))];
        const group = display.iommuGroup === null ? null : this.#group(display.iommuGroup, all);
        const addresses = new Set(functions.map(({address}) => address));
        const bootVga = await readAttribute(`${folder}/boot_vga`);
        return {
            display,
            functions,
            group,
            strangers:
                group?.members.filter(member => !addresses.has(member.address) && !isBridge(member)) ?? [],
            bootVga: bootVga === null ? null : bootVga === '1',
            drmNodes: (listNames(`${folder}/drm`) ?? [])
                .filter(name => /^(card|renderD)\d+$/.test(name))
                .sort(),
        };
    }

    /** The group as sysfs lists it, which has members that `all` has lost meanwhile left out. */
    #group(id: string, all: readonly PciFunction[]): IommuGroup {
        const listed = new Set(listNames(`${this.root.sys}/kernel/iommu_groups/${id}/devices`) ?? []);
        const members = all.filter(({address, iommuGroup}) => listed.has(address) || iommuGroup === id);
        return {id, members};
    }
}

/**
 * Whether a function is another part of the card that a display function makes.
 *
 * A slot alone does not tell: the graphics of a processor share theirs with the machine's own USB and sound, which
 * have another vendor number and a group of their own.
 */
function belongsTo(display: PciFunction, other: PciFunction): boolean {
    if (other.address === display.address || display.virtual || other.virtual) return false;
    if (slotOf(other.address) !== slotOf(display.address)) return false;
    if (!isCompanion(other) && !isDisplayClass(other.classCode)) return false;
    return (
        other.vendor === display.vendor ||
        (display.iommuGroup !== null && other.iommuGroup === display.iommuGroup)
    );
}

/** A second display function in one slot, as some old cards have, makes no card of its own; a virtual one does. */
function isFirstOfItsCard(display: PciFunction, all: readonly PciFunction[]): boolean {
    if (display.virtual) return true;
    return !all.some(
        other =>
            !other.virtual &&
            isDisplayClass(other.classCode) &&
            other.address < display.address &&
            slotOf(other.address) === slotOf(display.address),
    );
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {resolveCard} from './cardIdentity.js';
import {Gpu} from './gpu.js';
import type {Followed} from './followed.js';
import type {RecordedHandover} from './handover/undoRecord.js';
import type {KernelEvents} from './kernelEvents.js';
import type {Claim} from './owner.js';
import {lookUpPciNames, pciIdsPath} from './pciIds.js';
import {type CardFacts, PciReader} from './pciTree.js';
import {type SysRoot, THIS_MACHINE} from './sysRoot.js';

/** Where the list gets its facts from; what is left out is not followed. */
export interface GpuSources {
    readonly root?: SysRoot;
    /** Null where nothing tells of the kernel's events. */
    readonly events: KernelEvents | null;
    readonly claims?: Followed<Claim>;
    readonly handovers?: Followed<RecordedHandover>;
    /** The list of PCI names; this system's unless told. */
    readonly pciIds?: string | null;
}

/**
 * The cards of this machine, by address; a `Gio.ListModel` of `Gpu`.
 *
 * It reads them when the kernel, a machine or a handover tells of a change, and never otherwise.
 */
export class GpuList extends GObject.Object {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverGpuList',
                Implements: [Gio.ListModel],
                Properties: {
                    filled: GObject.ParamSpec.boolean(
                        'filled',
                        null,
                        null,
                        GObject.ParamFlags.READABLE,
                        false,
                    ),
                },
                Signals: {
                    // gpu: anything of it
                    changed: {param_types: [GObject.TYPE_OBJECT]},
                },
            },
            this,
        );
    }

    declare items_changed: Gio.ListModel['items_changed'];

    readonly #reader: PciReader;
    readonly #pciIds: string | null;
    readonly #unfollow: (() => void)[] = [];
    #items: Gpu[] = [];
    #filled = false;
    #iommu = false;
    #idle = 0;
    /** The reading that is under way, and whether something has changed since it began. */
    #reading: Promise<void> | null = null;
    #stale = false;
    #closed = false;

    constructor(private readonly sources: GpuSources) {
        super();
        const {root = THIS_MACHINE, events, claims, handovers, pciIds = pciIdsPath()} = sources;
        this.#reader = new PciReader(root);
        this.#pciIds = pciIds;
        const changed = () => this.#schedule();
        if (events)
            this.#unfollow.push(
                events.follow(({action, subsystem, address}) => {
                    if (subsystem === 'pci' && action !== 'bind' && action !== 'unbind')
                        this.#reader.forget(address);
                    changed();
                }),
            );
        if (claims) this.#unfollow.push(claims.follow(changed));
        if (handovers) this.#unfollow.push(handovers.follow(changed));
        this.#schedule();
    }

    /** True once the cards have been read for the first time. */
    get filled(): boolean {
        return this.#filled;
    }

    get gpus(): readonly Gpu[] {
        return this.#items;
    }

    /** Whether the kernel has sorted the devices into IOMMU groups: without, nothing can be lent. */
    get iommu(): boolean {
        return this.#iommu;
    }

    /** The card with a function at an address. */
    byAddress(address: string): Gpu | undefined {
        return this.#items.find(({facts}) => facts.functions.some(one => one.address === address));
    }

    /** Resolves when the list shows what there was when it was called. */
    async refresh(): Promise<void> {
        this.#stale = true;
        this.#reading ??= this.#readUntilFresh().finally(() => (this.#reading = null));
        await this.#reading;
    }

    /** Ends following; the cards stay as they are. */
    close(): void {
        this.#closed = true;
        for (const end of this.#unfollow.splice(0)) end();
        if (this.#idle) GLib.Source.remove(this.#idle);
        this.#idle = 0;
    }

    vfunc_get_item_type(): GObject.GType {
        return Gpu.$gtype;
    }

    vfunc_get_n_items(): number {
        return this.#items.length;
    }

    vfunc_get_item(position: number): Gpu | null {
        return this.#items[position] ?? null;
    }

    /** A handover brings a burst of events: they are answered by one look. */
    #schedule(): void {
        if (this.#reading) {
            this.#stale = true;
            return;
        }
        if (this.#idle || this.#closed) return;
        this.#idle = GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            this.#idle = 0;
            this.refresh().catch((error: unknown) => console.error(error));
            return GLib.SOURCE_REMOVE;
        });
    }

    async #readUntilFresh(): Promise<void> {
        while (this.#stale) {
            this.#stale = false;
            const [{cards, iommu}] = await Promise.all([
                this.#reader.read(),
                this.sources.handovers?.refresh?.(),
            ]);
            const names = await this.#namesOf(cards);
            if (this.#closed) return;
            this.#iommu = iommu;
            this.#apply(cards, names);
        }
    }

    async #namesOf(cards: readonly CardFacts[]): Promise<Map<CardFacts, Gpu['listedNames']>> {
        const fresh = cards.filter(card => !this.#known(card, cards));
        const names = await lookUpPciNames(
            this.#pciIds,
            fresh.map(({display}) => display),
        );
        return new Map(fresh.map((card, index) => [card, names[index]!]));
    }

    /** The object that stands for a card: the one at its address, or one of its kind that has moved there. */
    #known(card: CardFacts, cards: readonly CardFacts[]): Gpu | undefined {
        return this.#items.find(gpu => {
            const {identity, address} = gpu;
            const twins = this.#items.filter(other => other !== gpu).map(other => other.address);
            return resolveCard(cards, {identity, address, twins}).found === card;
        });
    }

    #apply(cards: readonly CardFacts[], names: ReadonlyMap<CardFacts, Gpu['listedNames']>): void {
        const {root = THIS_MACHINE, claims, handovers} = this.sources;
        const before = this.#items;
        const after = cards.map(card => {
            const recorded = handovers?.current.find(
                handover => resolveCard(cards, handover.card).found === card,
            );
            const known = this.#known(card, cards);
            known?.update(card, claims?.current ?? [], recorded ?? null);
            if (known) return known;
            const gpu = new Gpu(root, card, names.get(card)!, claims?.current ?? [], recorded ?? null);
            gpu.connect('changed', () => this.emit('changed', gpu));
            return gpu;
        });
        this.#items = after;
        const same = before.length === after.length && before.every((gpu, index) => gpu === after[index]);
        if (!same) this.items_changed(0, before.length, after.length);
        for (const gpu of before) if (!after.includes(gpu)) gpu.markGone();
        if (this.#filled) return;
        this.#filled = true;
        this.notify('filled');
    }
}

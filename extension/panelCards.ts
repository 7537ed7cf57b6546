// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {FollowedCards} from '../shared/gpu/followedCards.js';
import type {Gpu} from '../shared/gpu/gpu.js';
import {HelperClient} from '../shared/gpu/helperClient.js';
import {lendableCards} from '../shared/gpu/lendable.js';
import {useLabel} from '../shared/gpu/words.js';
import type {HostList} from '../shared/hosts/hostList.js';
import {Bus} from '../shared/platform/bus.js';
import {_} from '../shared/platform/i18n.js';
import {Disposer} from './disposer.js';
import {appName} from './heldQuestion.js';

/** The cards, and what moves them. */
export interface OpenCards {
    readonly cards: FollowedCards;
    readonly helper: HelperClient | null;
}

/** The cards that can be lent, as the panel shows them. */
export class PanelCards {
    #cards: FollowedCards | null = null;
    #disposed = false;
    /** Who uses each card, for as long as the menu is open. */
    readonly #uses = new Map<Gpu, string>();
    #watching = false;
    /** Cards that are being looked at, and whether they have changed meanwhile. */
    readonly #looking = new Map<Gpu, {again: boolean}>();
    readonly #disposer = new Disposer();
    readonly #listeners = new Set<() => void>();
    readonly #cancellable = new Gio.Cancellable();
    #opened: Promise<OpenCards | null> | null = null;
    #helper: HelperClient | null = null;

    /** @param hosts whose machines may have cards */
    constructor(private readonly hosts: HostList) {}

    /**
     * Begins to follow the cards, unless that has begun already.
     *
     * @returns the cards once they have been read; null when they cannot be, or are not wanted any more
     */
    open(): Promise<OpenCards | null> {
        this.#opened ??= this.#open().catch((error: unknown) => {
            console.error(error);
            return null;
        });
        return this.#opened;
    }

    /** What moves cards; null where there is no system bus, and while it has not answered. */
    get helper(): HelperClient | null {
        return this.#helper;
    }

    /**
     * Calls back, possibly in bursts, when there is something else to show.
     *
     * @returns a function that ends it
     */
    onChanged(listener: () => void): () => void {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
    }

    /** Says that there is something else to show. */
    changed(): void {
        for (const listener of this.#listeners) listener();
    }

    /** What can be lent or is lent; empty until the cards have been read, and on a computer with a single one. */
    get lendable(): Gpu[] {
        return lendableCards(this.#cards?.list.gpus ?? []);
    }

    /** Whether every host has told of its machines. */
    get allAsked(): boolean {
        return this.hosts.lists.every(({host}) => host.state === 'ready');
    }

    /** Who uses a card, as far as it is known; empty for a card that Linux does not have. */
    useOf(gpu: Gpu): string {
        if (gpu.owner.kind !== 'linux') return '';
        return this.#uses.get(gpu) ?? _('Looking who uses it…');
    }

    /** Somebody looks: who uses the cards is found out now, and again when a card changes, and never else. */
    watch(): void {
        if (this.#watching) return;
        this.#watching = true;
        this.#lookAll();
    }

    /** Nobody looks any more. */
    unwatch(): void {
        this.#watching = false;
        this.#uses.clear();
    }

    dispose(): void {
        this.#disposed = true;
        this.#cancellable.cancel();
        this.#helper = null;
        this.#listeners.clear();
        this.#disposer.dispose();
        this.unwatch();
    }

    async #open(): Promise<OpenCards | null> {
        const [cards, helper] = await Promise.all([FollowedCards.open(this.hosts), this.#openHelper()]);
        if (this.#disposed) {
            cards.close();
            return null;
        }
        this.#helper = helper;
        this.#cards = cards;
        const {list} = cards;
        const handlers = [
            list.connect('items-changed', () => {
                this.#lookAll();
                this.changed();
            }),
            list.connect('changed', (_list, gpu: Gpu) => {
                this.#look(gpu).catch((error: unknown) => console.error(error));
                this.changed();
            }),
        ];
        this.#disposer.add(() => cards.close());
        this.#disposer.add(() => {
            for (const handler of handlers) list.disconnect(handler);
        });
        return {cards, helper};
    }

    async #openHelper(): Promise<HelperClient | null> {
        try {
            return new HelperClient(await Bus.open('system', this.#cancellable));
        } catch (error) {
            // A computer without a system bus has no helper either; whoever asks for it is told.
            if (!this.#cancellable.is_cancelled()) console.warn(error);
            return null;
        }
    }

    #lookAll(): void {
        for (const gpu of this.lendable) this.#look(gpu).catch((error: unknown) => console.error(error));
    }

    /** A handover brings a burst of changes: one look at a time, and a last one after the last change. */
    async #look(gpu: Gpu): Promise<void> {
        const underWay = this.#looking.get(gpu);
        if (underWay) {
            underWay.again = true;
            return;
        }
        const look = {again: true};
        this.#looking.set(gpu, look);
        try {
            while (look.again && this.#watching && this.#cards && gpu.owner.kind === 'linux') {
                look.again = false;
                const report = await this.#cards.findHolders(gpu);
                if (!this.#watching) return;
                this.#uses.set(gpu, useLabel(report, appName));
                this.changed();
            }
        } finally {
            this.#looking.delete(gpu);
        }
    }
}

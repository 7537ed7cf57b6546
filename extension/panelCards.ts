// SPDX-License-Identifier: GPL-3.0-or-later
import Shell from 'gi://Shell';

import {FollowedCards} from '../shared/gpu/followedCards.js';
import type {Gpu} from '../shared/gpu/gpu.js';
import {lendableCards} from '../shared/gpu/lendable.js';
import {useLabel} from '../shared/gpu/words.js';
import type {HostList} from '../shared/hosts/hostList.js';
import {_} from '../shared/platform/i18n.js';
import {Disposer} from './disposer.js';

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

    /**
     * @param hosts whose machines may have cards
     * @param changed called, possibly in bursts, when there is something else to show
     */
    constructor(
        private readonly hosts: HostList,
        private readonly changed: () => void,
    ) {
        this.#open().catch((error: unknown) => console.error(error));
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
        this.#disposer.dispose();
        this.unwatch();
    }

    async #open(): Promise<void> {
        const cards = await FollowedCards.open(this.hosts);
        if (this.#disposed) {
            cards.close();
            return;
        }
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

/** The Shell knows the applications already; nothing is read for it. */
function appName(id: string): string | null {
    return Shell.AppSystem.get_default().lookup_app(`${id}.desktop`)?.get_name() ?? null;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import {FollowedCards} from '../../shared/gpu/followedCards.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import {APP_PATH} from '../../shared/names.js';
import {CardView} from './cardView.js';

/** All cards of this computer. Who uses them is looked for when the page comes into view, and when a card changes. */
export class GpuPage extends Adw.NavigationPage {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverGpuPage',
                Template: `resource://${APP_PATH}/gpu/gpuPage.ui`,
                InternalChildren: ['stack', 'empty', 'scroller', 'viewport', 'cards', 'refreshButton'],
            },
            this,
        );
    }

    declare private readonly _stack: Gtk.Stack;
    declare private readonly _empty: Gtk.Widget;
    declare private readonly _scroller: Gtk.Widget;
    declare private readonly _viewport: Gtk.Viewport;
    declare private readonly _cards: Gtk.Box;
    declare private readonly _refreshButton: Gtk.Button;

    #followed: FollowedCards | null = null;
    #views = new Map<Gpu, CardView>();
    #wanted = '';
    #looking = 0;
    #scroll = 0;
    #closed = false;
    #release: () => void = () => undefined;

    constructor(private readonly hosts: HostList) {
        super();
        this._stack.visible = false;
        this.connect('map', () => this.#look());
        this.#open().catch((error: unknown) => console.error(error));
    }

    /** Brings a card into view, now or once it is there. */
    showCard(address: string): void {
        this.#wanted = address;
        this.#scrollToWanted();
    }

    /** Ends following. */
    close(): void {
        this.#closed = true;
        this.#release();
        if (this.#scroll !== 0) this._viewport.remove_tick_callback(this.#scroll);
        this.#scroll = 0;
        this.#followed?.close();
        this.#followed = null;
    }

    onRefresh(): void {
        this.#look();
    }

    async #open(): Promise<void> {
        const followed = await FollowedCards.open(this.hosts);
        if (this.#closed) {
            followed.close();
            return;
        }
        this.#followed = followed;
        const {list} = followed;
        const handlers = [
            list.connect('items-changed', () => this.#sync()),
            list.connect('notify::filled', () => this.#sync()),
            list.connect('changed', (_list, gpu: Gpu) => {
                this.#views.get(gpu)?.sync(this.#allAsked);
                this.#lookAt(gpu);
            }),
        ];
        const hostsChanged = this.hosts.connect('changed', () => this.#syncOwners());
        this.#release = () => {
            for (const handler of handlers) list.disconnect(handler);
            this.hosts.disconnect(hostsChanged);
        };
        await list.refresh();
        this.#sync();
        await followed.includeStopped();
    }

    /** Whether every host has told of its machines. */
    get #allAsked(): boolean {
        return this.hosts.lists.every(({host}) => host.state === 'ready');
    }

    #sync(): void {
        const list = this.#followed?.list;
        if (!list?.filled) return;
        const before = this.#views;
        for (const [gpu, view] of before) if (!list.gpus.includes(gpu)) this._cards.remove(view);
        this.#views = new Map(list.gpus.map(gpu => [gpu, before.get(gpu) ?? new CardView(gpu)]));
        let previous: CardView | null = null;
        for (const view of this.#views.values()) {
            if (!view.get_parent()) this._cards.append(view);
            this._cards.reorder_child_after(view, previous);
            previous = view;
        }
        this._stack.visible = true;
        this._stack.visible_child = list.gpus.length > 0 ? this._scroller : this._empty;
        this._refreshButton.visible = list.gpus.length > 0;
        this.#syncOwners();
        for (const gpu of list.gpus) if (!before.has(gpu)) this.#lookAt(gpu);
        this.#scrollToWanted();
    }

    #syncOwners(): void {
        for (const view of this.#views.values()) view.sync(this.#allAsked);
    }

    #look(): void {
        for (const gpu of this.#views.keys()) this.#lookAt(gpu);
    }

    /** Reads the details of a card and who uses it, while somebody can see that. */
    #lookAt(gpu: Gpu): void {
        const view = this.#views.get(gpu);
        const followed = this.#followed;
        if (!view || !followed || !this.get_mapped()) return;
        this.#looking++;
        Promise.all([gpu.readDetails(), followed.findHolders(gpu)])
            .then(([details, holders]) => {
                if (!this.#closed) view.take(details, holders);
            })
            .catch((error: unknown) => console.error(error))
            .finally(() => {
                this.#looking--;
                this.#scrollToWanted();
            });
    }

    /** Where a card begins is known once all cards have their groups and their place. */
    #scrollToWanted(): void {
        const gpu = this.#wanted === '' ? undefined : this.#followed?.list.byAddress(this.#wanted);
        const view = gpu && this.#views.get(gpu);
        if (!view || this.#looking > 0 || this.#scroll !== 0) return;
        this.#wanted = '';
        // Its place is known in the frame after the one that lays it out.
        let frames = 0;
        this.#scroll = this._viewport.add_tick_callback(() => {
            if (++frames < 3) return GLib.SOURCE_CONTINUE;
            this.#scroll = 0;
            const [there, bounds] = view.compute_bounds(this._viewport.child ?? view);
            if (there) this._viewport.vadjustment.value = bounds.get_y();
            return GLib.SOURCE_REMOVE;
        });
    }
}

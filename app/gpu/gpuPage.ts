// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import type {Gpu} from '../../shared/gpu/gpu.js';
import type {HolderReport} from '../../shared/gpu/holders/holders.js';
import {lendableCards} from '../../shared/gpu/lendable.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import {callFailure} from '../../shared/lending/helperAnswers.js';
import {HelperMissingError} from '../../shared/lending/lendingErrors.js';
import {APP_PATH} from '../../shared/names.js';
import {describeProblem} from '../../shared/problems/problem.js';
import type {Window} from '../window.js';
import type {AppCards, CardServices} from './appCards.js';
import {CardMover} from './cardMover.js';
import {CardView} from './cardView.js';
import type {HolderRequests} from './holdersGroup.js';
import {JournalDialog} from './journalDialog.js';

/** All cards of this computer. Who uses them is looked for when the page comes into view, and when a card changes. */
export class GpuPage extends Adw.NavigationPage {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverGpuPage',
                Template: `resource://${APP_PATH}/gpu/gpuPage.ui`,
                InternalChildren: [
                    'stack',
                    'empty',
                    'scroller',
                    'viewport',
                    'cards',
                    'refreshButton',
                    'journalGroup',
                ],
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
    declare private readonly _journalGroup: Gtk.Widget;

    #services: CardServices | null = null;
    #mover: CardMover | null = null;
    #views = new Map<Gpu, CardView>();
    /** Cards whose holders are looked for among the processes of all users. */
    readonly #complete = new Set<Gpu>();
    /** Cards that somebody asked for before the page knew of them, to be forced back. */
    #forceWanted = '';
    #helperThere = false;
    #wanted = '';
    #looking = 0;
    #scroll = 0;
    #closed = false;
    #release: () => void = () => undefined;

    constructor(
        private readonly window: Window,
        private readonly hosts: HostList,
        private readonly appCards: AppCards,
    ) {
        super();
        this._stack.visible = false;
        this.connect('map', () => this.#look());
        this.connect('unmap', () => this.#complete.clear());
        this.#open().catch((error: unknown) => console.error(error));
    }

    /** Brings a card into view, now or once it is there. */
    showCard(address: string): void {
        this.#wanted = address;
        this.#scrollToWanted();
    }

    /** Asks whether a card is to be forced back, now or once it is there. */
    forceBack(address: string): void {
        this.showCard(address);
        this.#forceWanted = address;
        this.#forceIfWanted();
    }

    /** Ends following. */
    close(): void {
        this.#closed = true;
        this.#release();
        if (this.#scroll !== 0) this._viewport.remove_tick_callback(this.#scroll);
        this.#scroll = 0;
        this.#services = null;
    }

    onRefresh(): void {
        this.#look();
    }

    onJournal(): void {
        const services = this.#services;
        if (!services) return;
        const {cards, helper} = services;
        const read = async () => {
            if (!helper) throw new HelperMissingError();
            try {
                return await helper.journal();
            } catch (error) {
                throw callFailure(error, 'look');
            }
        };
        const nameOf = (address: string) => cards.list.byAddress(address)?.name ?? null;
        new JournalDialog(read, nameOf).present(this);
    }

    async #open(): Promise<void> {
        const services = await this.appCards.open();
        if (this.#closed) return;
        this.#services = services;
        this.#mover = new CardMover(this.window, this.appCards, services);
        const {list} = services.cards;
        const handlers = [
            list.connect('items-changed', () => this.#sync()),
            list.connect('notify::filled', () => this.#sync()),
            list.connect('changed', (_list, gpu: Gpu) => {
                // What went wrong with a card that is home is of no use any more.
                if (gpu.owner.kind === 'linux' && !this.appCards.tasks.operationOf(gpu))
                    this.appCards.tasks.dismiss(gpu);
                // Which cards can be lent depends on the machines that name them.
                this.#syncViews();
                this.#lookAt(gpu);
            }),
        ];
        const hostsChanged = this.hosts.connect('changed', () => this.#syncViews());
        const tasksFollowed = this.appCards.tasks.follow(gpu => {
            this.#syncViews();
            this.#lookAt(gpu);
        });
        this.#release = () => {
            for (const handler of handlers) list.disconnect(handler);
            this.hosts.disconnect(hostsChanged);
            tasksFollowed();
        };
        this.#helperThere = (await services.helper?.isThere()) ?? false;
        await list.refresh();
        this.#sync();
        await services.cards.includeStopped();
    }

    /** Whether every host has told of its machines. */
    get #allAsked(): boolean {
        return this.hosts.lists.every(({host}) => host.state === 'ready');
    }

    #sync(): void {
        const list = this.#services?.cards.list;
        const mover = this.#mover;
        if (!list?.filled || !mover) return;
        const before = this.#views;
        for (const [gpu, view] of before) if (!list.gpus.includes(gpu)) this._cards.remove(view);
        const requests = {
            run: mover.run.bind(mover),
            showDetails: mover.showDetails.bind(mover),
            holders: (gpu: Gpu) => this.#holderRequests(gpu, mover),
        };
        this.#views = new Map(
            list.gpus.map(gpu => [gpu, before.get(gpu) ?? new CardView(gpu, this.appCards.tasks, requests)]),
        );
        let previous: CardView | null = null;
        for (const view of this.#views.values()) {
            if (!view.get_parent()) this._cards.append(view);
            this._cards.reorder_child_after(view, previous);
            previous = view;
        }
        this._stack.visible = true;
        this._stack.visible_child = list.gpus.length > 0 ? this._scroller : this._empty;
        this._refreshButton.visible = list.gpus.length > 0;
        this._journalGroup.visible = this.#helperThere;
        this.#syncViews();
        for (const gpu of list.gpus) if (!before.has(gpu)) this.#lookAt(gpu);
        this.#scrollToWanted();
        this.#forceIfWanted();
    }

    #syncViews(): void {
        const lendable = lendableCards([...this.#views.keys()]);
        for (const [gpu, view] of this.#views) view.sync(this.#allAsked, lendable.includes(gpu));
    }

    #holderRequests(gpu: Gpu, mover: CardMover): HolderRequests {
        const again = () => this.#lookAt(gpu);
        return {
            mayClose: process => mover.mayClose(process),
            mayForce: process => mover.mayForce(process),
            busy: this.appCards.tasks.operationOf(gpu) !== null,
            close: process => void mover.close(gpu, process).then(again),
            forceQuit: process => void mover.forceQuit(gpu, process).then(again),
            showAll: this.#helperThere && !this.#complete.has(gpu) ? () => this.#lookAtAll(gpu) : null,
        };
    }

    #look(): void {
        for (const gpu of this.#views.keys()) this.#lookAt(gpu);
    }

    #lookAtAll(gpu: Gpu): void {
        this.#complete.add(gpu);
        this.#lookAt(gpu);
    }

    /** Reads the details of a card and who uses it, while somebody can see that. */
    #lookAt(gpu: Gpu): void {
        const view = this.#views.get(gpu);
        if (!view || !this.#services || !this.get_mapped()) return;
        this.#looking++;
        Promise.all([gpu.readDetails(), this.#findHolders(gpu, this.#services)])
            .then(([details, holders]) => {
                if (!this.#closed) view.take(details, holders);
            })
            .catch((error: unknown) => console.error(error))
            .finally(() => {
                this.#looking--;
                this.#scrollToWanted();
            });
    }

    /** Where the helper does not tell, for whatever reason, what this user can see is better than nothing. */
    async #findHolders(gpu: Gpu, {cards, helper}: CardServices): Promise<HolderReport> {
        if (helper && this.#complete.has(gpu)) {
            try {
                return await helper.holders(gpu.address);
            } catch (error) {
                this.#complete.delete(gpu);
                this.window.toast(describeProblem(callFailure(error, 'look')).title);
            }
        }
        return cards.findHolders(gpu);
    }

    #forceIfWanted(): void {
        const gpu =
            this.#forceWanted === '' ? undefined : this.#services?.cards.list.byAddress(this.#forceWanted);
        if (!gpu || !this.#mover) return;
        this.#forceWanted = '';
        void this.#mover.forceBack(gpu);
    }

    /** Where a card begins is known once all cards have their groups and their place. */
    #scrollToWanted(): void {
        const gpu = this.#wanted === '' ? undefined : this.#services?.cards.list.byAddress(this.#wanted);
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

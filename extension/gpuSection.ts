// SPDX-License-Identifier: GPL-3.0-or-later
import {
    PopupMenuItem,
    PopupMenuSection,
    PopupSeparatorMenuItem,
} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import type {Gpu} from '../shared/gpu/gpu.js';
import {_, fill, ngettext} from '../shared/platform/i18n.js';
import {type CardParts, GpuMenuItem} from './gpuMenuItem.js';
import {containsFocus} from './keyFocus.js';

/** A card can show itself as dozens of virtual ones; the app has them all. */
const MOST_CARDS = 4;

/** The cards in the menu; nothing, not even a line, where none can be lent. */
export class GpuSection extends PopupMenuSection {
    #shown: readonly Gpu[] = [];
    #items: GpuMenuItem[] = [];

    constructor(private readonly parts: CardParts) {
        super();
    }

    /** Shows everything as it is now. */
    sync(): void {
        const gpus = this.parts.cards.lendable;
        const same = gpus.length === this.#shown.length && gpus.every((gpu, at) => gpu === this.#shown[at]);
        if (!same) this.#fill(gpus);
        for (const item of this.#items) item.sync();
    }

    #fill(gpus: readonly Gpu[]): void {
        const hadFocus = containsFocus(this.actor);
        this.removeAll();
        this.#shown = gpus;
        this.#items = gpus.slice(0, MOST_CARDS).map(gpu => new GpuMenuItem(gpu, this.parts));
        if (gpus.length > 0) this.addMenuItem(new PopupSeparatorMenuItem(_('Graphics cards')));
        for (const item of this.#items) {
            this.addMenuItem(item);
            const {menu} = item;
            // GNOME 48 and 49 would keep the submenu for ever; later ones do this themselves.
            item.connect('destroy', () => menu.disconnectObject(this));
        }
        const more = gpus.length - this.#items.length;
        if (more > 0) this.#addMore(more);
        // The focus must not stay on a row that has gone.
        if (hadFocus) this.actor.get_parent()?.grab_key_focus();
    }

    #addMore(count: number): void {
        const text = ngettext('{count} more card in Handover', '{count} more cards in Handover', count);
        const item = new PopupMenuItem(fill(text, {count}));
        item.connect('activate', () => this.parts.app.showCard(''));
        this.addMenuItem(item);
    }
}

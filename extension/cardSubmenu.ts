// SPDX-License-Identifier: GPL-3.0-or-later
import {
    type PopupMenuBase,
    PopupMenuItem,
    PopupSeparatorMenuItem,
} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import type {Gpu} from '../shared/gpu/gpu.js';
import {_} from '../shared/platform/i18n.js';
import {describeProblem} from '../shared/problems/problem.js';
import {cardActionLabel, cardActions, cardTrouble} from './cardActions.js';
import type {CardParts} from './gpuMenuItem.js';
import {containsFocus} from './keyFocus.js';
import {SentenceItem} from './sentenceItem.js';

/** A menu with everything that can be done with a card now. */
export class CardSubmenu {
    /** What the menu was made from, to see when it is out of date. */
    #offered: readonly unknown[] = [];

    /** @param menu it becomes the menu's only content */
    constructor(
        private readonly menu: PopupMenuBase,
        private readonly gpu: Gpu,
        private readonly parts: CardParts,
    ) {}

    /**
     * Makes the menu anew if it is out of date; else it stays as it is, under the pointer and with the focus.
     *
     * @returns whether the key focus was on something that is gone
     */
    update(): boolean {
        const {cardCommands} = this.parts;
        const move = cardCommands.moveOf(this.gpu);
        const trouble = cardTrouble(this.gpu)?.message;
        const offer = [
            cardCommands.failureOf(this.gpu),
            trouble,
            move,
            move?.canCancel,
            ...cardActions(this.gpu),
        ];
        if (offer.length === this.#offered.length && offer.every((one, at) => one === this.#offered[at]))
            return false;
        this.#offered = offer;
        const focused = containsFocus(this.menu.actor);
        this.#fill();
        return focused;
    }

    #fill(): void {
        const {menu, gpu} = this;
        const {app, cardCommands} = this.parts;
        menu.removeAll();
        const add = (label: string, activated: () => void): void => {
            const item = new PopupMenuItem(label);
            item.connect('activate', activated);
            menu.addMenuItem(item);
        };
        const failure = cardCommands.failureOf(gpu);
        if (failure !== null) {
            menu.addMenuItem(new SentenceItem(describeProblem(failure).body));
            add(_('Dismiss'), () => cardCommands.dismissFailure(gpu));
            menu.addMenuItem(new PopupSeparatorMenuItem());
        } else {
            const trouble = cardTrouble(gpu);
            if (trouble) menu.addMenuItem(new SentenceItem(describeProblem(trouble).body));
        }
        const move = cardCommands.moveOf(gpu);
        if (move?.canCancel) add(_('Cancel'), () => void move.cancel());
        if (!move)
            for (const action of cardActions(gpu))
                add(cardActionLabel(action), () => cardCommands.run(gpu, action));
        add(_('Show in Handover'), () => app.showCard(gpu.address));
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import St from 'gi://St';
import {PopupMenuItem, PopupSubMenuMenuItem} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import type {Gpu} from '../shared/gpu/gpu.js';
import {needsAttention, ownerLabel, shortCardName} from '../shared/gpu/words.js';
import {stepLabel} from '../shared/lending/words.js';
import {_, fill, oneLine} from '../shared/platform/i18n.js';
import {ActionSlot, type SlotAction} from './actionSlot.js';
import {cardActionIcon, cardActionLabel, cardActions} from './cardActions.js';
import type {CardCommands} from './cardCommands.js';
import {CardSubmenu} from './cardSubmenu.js';
import type {HandoverApp} from './handoverApp.js';
import {stepInside} from './keyFocus.js';
import type {PanelCards} from './panelCards.js';
import {wrap} from './sentenceItem.js';
import type {StateIcons} from './stateIcons.js';
import {STYLES} from './styles.js';

const LONGEST_NAME = 80;

/** What the rows of cards work with. */
export interface CardParts {
    readonly cards: PanelCards;
    readonly cardCommands: CardCommands;
    readonly app: HandoverApp;
    readonly icons: StateIcons;
}

/** A card in the menu: its name, who has it, who uses it, the one obvious thing to do, and a submenu. */
export class GpuMenuItem extends PopupSubMenuMenuItem {
    static {
        GObject.registerClass({GTypeName: 'HandoverGpuMenuItem'}, this);
    }

    /** Who has it and who uses it, below its name: names of cards are long. */
    readonly #detail = new St.Label({style: STYLES.machineState});
    readonly #warning: St.Icon;
    readonly #slot: ActionSlot;
    readonly #submenu: CardSubmenu;

    constructor(
        readonly gpu: Gpu,
        private readonly parts: CardParts,
    ) {
        super('', false);
        this.style = STYLES.machine;
        const center = Clutter.ActorAlign.CENTER;
        const column = new St.BoxLayout({
            orientation: Clutter.Orientation.VERTICAL,
            x_expand: true,
            y_align: center,
        });
        wrap(this.#detail);
        this.#warning = new St.Icon({
            icon_name: 'dialog-warning-symbolic',
            style_class: 'popup-menu-icon',
            y_align: center,
        });
        this.#slot = new ActionSlot(() => this.#pressed());

        const arrow = this.get_last_child();
        this.insert_child_below(
            new St.Icon({gicon: parts.icons.get('gpu'), style_class: 'popup-menu-icon', y_align: center}),
            this.label,
        );
        this.insert_child_below(column, this.label);
        this.remove_child(this.label);
        column.add_child(this.label);
        column.add_child(this.#detail);
        // What lies between the label and the arrow of other rows; the column takes that room here.
        for (const child of this.get_children())
            if ((child as St.Widget).has_style_class_name('popup-menu-item-expander')) child.hide();
        for (const child of [this.#warning, this.#slot]) this.insert_child_below(child, arrow);

        // A menu without items does not open, so the first look at it needs one to begin with.
        this.menu.addMenuItem(new PopupMenuItem(''));
        this.#submenu = new CardSubmenu(this.menu, gpu, parts);
        this.menu.connect('open-state-changed', (_menu, open): undefined => {
            if (open) this.#syncMenu();
        });
        this.sync();
    }

    /** Shows the card as it is now. */
    sync(): void {
        const {gpu} = this;
        const {cards, cardCommands} = this.parts;
        const name = oneLine(shortCardName(gpu), LONGEST_NAME);
        const move = cardCommands.moveOf(gpu);
        const owner = move
            ? ownerMoved(move.step)
            : oneLine(ownerLabel(gpu.owner, cards.allAsked), LONGEST_NAME);
        const use = move ? '' : cards.useOf(gpu);
        this.label.text = name;
        this.#detail.text = use === '' ? owner : fill(_('{state} · {use}'), {state: owner, use});
        this.#warning.visible = needsAttention(gpu) || cardCommands.failureOf(gpu) !== null;
        this.accessible_name =
            use === ''
                ? fill(_('{name}, {state}'), {name, state: owner})
                : fill(_('{name}, {state}, {use}'), {name, state: owner, use});
        const moving = gpu.owner.kind === 'between' && gpu.owner.handover?.phase === 'moving';
        this.#slot.sync(this.#action(name), move !== null || moving, this.accessible_name);
        if (this.menu.isOpen) this.#syncMenu();
    }

    /** The button is a step of its own for Tab, although it lies inside something that takes the focus. */
    override vfunc_navigate_focus(from: Clutter.Actor | null, direction: St.DirectionType): boolean {
        const inside = this.#slot.button.reactive ? [this.#slot.button] : [];
        return stepInside(this, inside, from, direction) || super.vfunc_navigate_focus(from, direction);
    }

    #action(name: string): SlotAction | null {
        const move = this.parts.cardCommands.moveOf(this.gpu);
        if (move) {
            return move.canCancel
                ? {icon: 'process-stop-symbolic', name: fill(_('Cancel: {name}'), {name})}
                : null;
        }
        const [obvious] = cardActions(this.gpu);
        if (obvious === undefined) return null;
        return {
            icon: cardActionIcon(obvious),
            name: fill(_('{action}: {name}'), {action: cardActionLabel(obvious), name}),
        };
    }

    #pressed(): void {
        const {cardCommands} = this.parts;
        const move = cardCommands.moveOf(this.gpu);
        const [obvious] = cardActions(this.gpu);
        if (move) move.cancel();
        else if (obvious !== undefined) cardCommands.run(this.gpu, obvious);
    }

    #syncMenu(): void {
        if (this.#submenu.update()) this.grab_key_focus();
    }
}

/** The step of a handover; before the first one there is a moment in which leave is asked for. */
function ownerMoved(step: string): string {
    return step === '' ? _('Asking…') : stepLabel(step);
}

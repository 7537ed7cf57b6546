// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import Pango from 'gi://Pango';
import St from 'gi://St';
import {PopupBaseMenuItem} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import type {Gpu} from '../shared/gpu/gpu.js';
import {needsAttention, ownerLabel, shortCardName} from '../shared/gpu/words.js';
import {_, fill, oneLine} from '../shared/platform/i18n.js';
import type {HandoverApp} from './handoverApp.js';
import type {PanelCards} from './panelCards.js';
import type {StateIcons} from './stateIcons.js';
import {STYLES} from './styles.js';

const LONGEST_NAME = 80;

/** A card in the menu: its name, who has it, and who uses it. */
export class GpuMenuItem extends PopupBaseMenuItem {
    static {
        GObject.registerClass({GTypeName: 'HandoverGpuMenuItem'}, this);
    }

    readonly #name = new St.Label({x_expand: true});
    readonly #owner = new St.Label({style: STYLES.machineState, y_align: Clutter.ActorAlign.CENTER});
    readonly #use = new St.Label({style: STYLES.machineState});
    readonly #warning: St.Icon;

    constructor(
        readonly gpu: Gpu,
        private readonly cards: PanelCards,
        app: HandoverApp,
        icons: StateIcons,
    ) {
        super();
        const center = Clutter.ActorAlign.CENTER;
        this.add_child(
            new St.Icon({gicon: icons.get('gpu'), style_class: 'popup-menu-icon', y_align: center}),
        );
        const column = new St.BoxLayout({
            orientation: Clutter.Orientation.VERTICAL,
            x_expand: true,
            y_align: center,
        });
        column.add_child(this.#name);
        column.add_child(this.#use);
        this.#use.clutter_text.set({
            line_wrap: true,
            line_wrap_mode: Pango.WrapMode.WORD_CHAR,
            ellipsize: Pango.EllipsizeMode.NONE,
        });
        this.add_child(column);
        this.#warning = new St.Icon({
            icon_name: 'dialog-warning-symbolic',
            style_class: 'popup-menu-icon',
            y_align: center,
        });
        this.add_child(this.#warning);
        this.add_child(this.#owner);
        this.connect('activate', () => app.showCard(gpu.address));
        this.sync();
    }

    /** Shows the card as it is now. */
    sync(): void {
        const {gpu, cards} = this;
        const name = oneLine(shortCardName(gpu), LONGEST_NAME);
        const owner = oneLine(ownerLabel(gpu.owner, cards.allAsked), LONGEST_NAME);
        const use = cards.useOf(gpu);
        this.#name.text = name;
        this.#owner.text = owner;
        this.#use.text = use;
        this.#use.visible = use !== '';
        this.#warning.visible = needsAttention(gpu);
        this.accessible_name =
            use === ''
                ? fill(_('{name}, {state}'), {name, state: owner})
                : fill(_('{name}, {state}, {use}'), {name, state: owner, use});
    }
}

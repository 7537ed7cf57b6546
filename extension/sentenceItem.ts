// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import Pango from 'gi://Pango';
import St from 'gi://St';
import {PopupBaseMenuItem} from 'resource:///org/gnome/shell/ui/popupMenu.js';

/** A sentence in a menu, as long as it needs to be. It takes the focus, so that a screen reader reads it. */
export class SentenceItem extends PopupBaseMenuItem {
    static {
        GObject.registerClass({GTypeName: 'HandoverSentenceItem'}, this);
    }

    readonly #label = new St.Label({
        style_class: 'handover-sentence',
        x_expand: true,
        y_align: Clutter.ActorAlign.CENTER,
    });

    constructor(text: string) {
        super({activate: false, hover: false});
        this.remove_style_class_name('popup-inactive-menu-item');
        wrap(this.#label);
        this.add_child(this.#label);
        this.label_actor = this.#label;
        this.say(text);
    }

    /** @param quietly not to a screen reader, which would read it out each time */
    say(text: string, quietly = false): void {
        this.#label.text = text;
        if (!quietly) this.accessible_name = text;
    }
}

/** Lets a label have as many lines as its text needs. */
export function wrap(label: St.Label): void {
    label.clutter_text.set({
        line_wrap: true,
        line_wrap_mode: Pango.WrapMode.WORD_CHAR,
        ellipsize: Pango.EllipsizeMode.NONE,
    });
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gdk from 'gi://Gdk?version=4.0';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import {_} from '../../shared/platform/i18n.js';

/** Keys that may stand alone, because nobody types with them. */
function standsAlone(keyval: number): boolean {
    return keyval >= Gdk.KEY_F1 && keyval <= Gdk.KEY_F35;
}

/**
 * Waits for the keys of a new shortcut.
 *
 * Those that the Shell uses itself do not get here, and that is right: they are taken.
 */
export class ShortcutDialog extends Adw.Dialog {
    static {
        GObject.registerClass({GTypeName: 'HandoverPrefsShortcutDialog'}, this);
    }

    readonly #page: Adw.StatusPage;
    /** Takes the shortcut, or says in a sentence why not; empty means none. */
    readonly #accept: (accelerator: string) => string | null;

    constructor(purpose: string, accept: (accelerator: string) => string | null) {
        super({title: _('Set shortcut'), content_width: 400, content_height: 320});
        this.#accept = accept;
        this.#page = new Adw.StatusPage({
            icon_name: 'input-keyboard-symbolic',
            title: purpose,
            description: _('Press the new shortcut. Backspace turns it off, Escape keeps the old one.'),
        });
        const view = new Adw.ToolbarView({content: this.#page});
        view.add_top_bar(new Adw.HeaderBar());
        this.child = view;

        const keys = new Gtk.EventControllerKey({propagation_phase: Gtk.PropagationPhase.CAPTURE});
        keys.connect('key-pressed', (_keys, keyval, _code, state) => this.#onKey(keyval, state));
        this.add_controller(keys);
    }

    #onKey(keyval: number, state: Gdk.ModifierType): boolean {
        const modifiers = state & Gtk.accelerator_get_default_mod_mask();
        if (modifiers === 0 && keyval === Gdk.KEY_Escape) {
            this.close();
        } else if (modifiers === 0 && keyval === Gdk.KEY_BackSpace) {
            this.#offer('');
        } else if (modifiers === 0 && keyval === Gdk.KEY_Tab) {
            return false;
        } else if (Gtk.accelerator_valid(keyval, modifiers)) {
            const strong = (modifiers & ~Gdk.ModifierType.SHIFT_MASK) !== 0;
            if (strong || standsAlone(keyval))
                this.#offer(Gtk.accelerator_name(Gdk.keyval_to_lower(keyval), modifiers));
            else this.#page.description = _('Press it together with Ctrl, Alt or Super.');
        }
        return true;
    }

    #offer(accelerator: string): void {
        const refusal = this.#accept(accelerator);
        if (refusal === null) this.close();
        else this.#page.description = refusal;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import type Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import {_, fill} from '../../shared/platform/i18n.js';
import {ShortcutDialog} from './shortcutDialog.js';

/** One shortcut: shows its keys, and asks for others when it is activated. */
export class ShortcutRow extends Adw.ActionRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverPrefsShortcutRow'}, this);
    }

    readonly #settings: Gio.Settings;
    readonly #key: string;

    /**
     * @param key the setting that holds the shortcut
     * @param titles what each of our shortcuts does, to tell which one has the same keys
     */
    constructor(
        settings: Gio.Settings,
        key: string,
        title: string,
        private readonly titles: Readonly<Record<string, string>>,
    ) {
        super({title, activatable: true});
        this.#settings = settings;
        this.#key = key;
        const label = new Gtk.ShortcutLabel({
            disabled_text: _('Disabled'),
            valign: Gtk.Align.CENTER,
        });
        this.add_suffix(label);
        const show = (): void => {
            const accelerator = settings.get_strv(key)[0] ?? '';
            label.accelerator = accelerator;
            const [valid, keyval, modifiers] = Gtk.accelerator_parse(accelerator);
            const keys =
                valid && accelerator !== '' ? Gtk.accelerator_get_label(keyval, modifiers) : _('Disabled');
            this.update_property([Gtk.AccessibleProperty.DESCRIPTION], [keys]);
        };
        const handler = settings.connect(`changed::${key}`, show);
        this.connect('destroy', () => settings.disconnect(handler));
        show();
        this.connect('activated', () => this.#ask(title));
    }

    #ask(title: string): void {
        const dialog = new ShortcutDialog(title, accelerator => {
            const taken = this.#takenBy(accelerator);
            if (taken !== null) return fill(_('Already used for: {purpose}'), {purpose: taken});
            this.#settings.set_strv(this.#key, accelerator === '' ? [] : [accelerator]);
            return null;
        });
        dialog.present(this);
    }

    #takenBy(accelerator: string): string | null {
        if (accelerator === '') return null;
        for (const [key, title] of Object.entries(this.titles))
            if (key !== this.#key && this.#settings.get_strv(key).includes(accelerator)) return title;
        return null;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';

import {_, oneLine} from '../../shared/platform/i18n.js';
import type {Fact} from './fact.js';

/** A fact as a row. Nothing of it is markup: names and paths may hold anything. */
export function makeFactRow({label, value, copyable, icon}: Fact): Adw.ActionRow {
    const row = new Adw.ActionRow({use_markup: false, subtitle_lines: 4, subtitle_selectable: true});
    row.add_css_class('property');
    // Not in the constructor: what is set there reaches the labels in any order, and they begin with markup.
    row.title = oneLine(label);
    row.subtitle = oneLine(value, 500);
    if (icon)
        row.add_prefix(new Gtk.Image({icon_name: icon, accessible_role: Gtk.AccessibleRole.PRESENTATION}));
    if (copyable) {
        const button = new Gtk.Button({
            icon_name: 'edit-copy-symbolic',
            tooltip_text: _('Copy'),
            valign: Gtk.Align.CENTER,
        });
        button.add_css_class('flat');
        button.update_property([Gtk.AccessibleProperty.LABEL], [`${_('Copy')} ${label}`]);
        button.connect('clicked', () => row.get_clipboard().set(value));
        row.add_suffix(button);
    }
    return row;
}

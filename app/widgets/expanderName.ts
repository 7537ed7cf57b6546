// SPDX-License-Identifier: GPL-3.0-or-later
import type Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';

import {oneLine} from '../../shared/platform/i18n.js';

const LONGEST = 500;

/**
 * Gives an expander row a name for screen readers that says more than its title.
 *
 * What has the focus is a row within it, which libadwaita names by the title alone.
 */
export function nameExpander(row: Adw.ExpanderRow, name: string): void {
    for (const one of [row, headOf(row)]) {
        if (!one) continue;
        one.reset_relation(Gtk.AccessibleRelation.LABELLED_BY);
        one.update_property([Gtk.AccessibleProperty.LABEL], [oneLine(name, LONGEST)]);
    }
}

function headOf(widget: Gtk.Widget): Gtk.ListBoxRow | null {
    for (let child = widget.get_first_child(); child; child = child.get_next_sibling()) {
        const found = child instanceof Gtk.ListBoxRow ? child : headOf(child);
        if (found) return found;
    }
    return null;
}

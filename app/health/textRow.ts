// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';

import {oneLine} from '../../shared/platform/i18n.js';

/** A heading with a text that can be selected, as long as it is. Nothing of it is markup. */
export function makeTextRow(title: string, text = ''): Adw.ActionRow {
    const row = new Adw.ActionRow({use_markup: false, subtitle_lines: 0, subtitle_selectable: true});
    row.add_css_class('property');
    // Not in the constructor: what is set there reaches the labels in any order, and they begin with markup.
    row.title = oneLine(title);
    row.subtitle = text;
    return row;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';

import {oneLine} from '../../shared/platform/i18n.js';
import type {SetUpCheck} from '../../shared/setUp/checks.js';
import {checkStatusLabel} from '../../shared/setUp/words.js';

/** Icon and style of what was found. */
function lookOf({status, needed}: SetUpCheck): readonly [icon: string, style: string] {
    if (status === 'ok') return ['object-select-symbolic', 'success'];
    if (status === 'unknown') return ['dialog-question-symbolic', 'dimmed'];
    return needed ? ['dialog-error-symbolic', 'error'] : ['dialog-warning-symbolic', 'warning'];
}

/** A check as a row: how it stands, what was seen, and what to do. Nothing of it is markup. */
export function makeCheckRow(check: SetUpCheck): Adw.ActionRow {
    const row = new Adw.ActionRow({use_markup: false, title_lines: 0, subtitle_lines: 0});
    row.title = oneLine(check.title);
    row.subtitle = [check.evidence, check.fix].filter(text => text !== '').join('\n');
    const [icon, style] = lookOf(check);
    const image = new Gtk.Image({icon_name: icon, accessible_role: Gtk.AccessibleRole.PRESENTATION});
    image.add_css_class(style);
    row.add_prefix(image);
    name(row, `${check.title}: ${checkStatusLabel(check)}`);
    return row;
}

/** A line of a list. */
export function makeLineRow(text: string, icon: string, subtitle = ''): Adw.ActionRow {
    const row = new Adw.ActionRow({use_markup: false, title_lines: 0, subtitle_lines: 0});
    row.title = oneLine(text, 500);
    row.subtitle = subtitle;
    row.add_prefix(new Gtk.Image({icon_name: icon, accessible_role: Gtk.AccessibleRole.PRESENTATION}));
    return row;
}

/** Gives a row a name for screen readers that says more than its title. */
function name(row: Adw.ActionRow, text: string): void {
    row.reset_relation(Gtk.AccessibleRelation.LABELLED_BY);
    row.update_property([Gtk.AccessibleProperty.LABEL], [oneLine(text, 500)]);
}

/** Shows rows in a group in the place of those that it had; the group hides when there are none. */
export class RowGroup {
    #rows: Gtk.Widget[] = [];
    #made = '';

    constructor(private readonly group: Adw.PreferencesGroup) {
        group.visible = false;
    }

    /** @param key what the rows are made from: they stay while it does, and so does the focus */
    show(key: unknown, make: () => Gtk.Widget[]): void {
        const text = JSON.stringify(key);
        if (text === this.#made) return;
        this.#made = text;
        for (const row of this.#rows) this.group.remove(row);
        this.#rows = make();
        for (const row of this.#rows) this.group.add(row);
        this.group.visible = this.#rows.length > 0;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import {FindingRow, type Remedies} from './findingRow.js';

/** A titled list of findings, which is hidden when there are none. A row stays while its question does. */
export class FindingList extends Adw.PreferencesGroup {
    static {
        GObject.registerClass({GTypeName: 'HandoverFindingList'}, this);
    }

    readonly #box = new Gtk.ListBox({
        selection_mode: Gtk.SelectionMode.NONE,
        tab_behavior: Gtk.ListTabBehavior.ITEM,
    });
    readonly #rows = new Map<string, FindingRow>();

    constructor(
        title: string,
        private readonly remedies: Remedies | null,
    ) {
        super({title, visible: false});
        this.#box.add_css_class('boxed-list');
        this.#box.update_property([Gtk.AccessibleProperty.LABEL], [title]);
        this.add(this.#box);
    }

    /** Shows these in this order; what was open stays open, and the focus where it is. */
    showFindings(findings: readonly Finding[]): void {
        const wanted = keyed(findings);
        for (const [key, row] of this.#rows)
            if (!wanted.has(key)) {
                this.#box.remove(row);
                this.#rows.delete(key);
            }
        let place = 0;
        for (const [key, finding] of wanted) {
            let row = this.#rows.get(key);
            if (row) row.showFinding(finding);
            else this.#rows.set(key, (row = new FindingRow(finding, this.remedies)));
            if (this.#box.get_row_at_index(place) !== row) {
                if (row.get_parent()) this.#box.remove(row);
                this.#box.insert(row, place);
            }
            place++;
        }
        this.visible = findings.length > 0;
    }
}

/** By what they are about; two of the same are told apart by their order. */
function keyed(findings: readonly Finding[]): Map<string, Finding> {
    const found = new Map<string, Finding>();
    for (const finding of findings) {
        const key = JSON.stringify([finding.id, finding.about]);
        let number = 0;
        while (found.has(`${key}${number}`)) number++;
        found.set(`${key}${number}`, finding);
    }
    return found;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {IntegrationRow} from '../../shared/health/integration/integrationRow.js';
import {_} from '../../shared/platform/i18n.js';
import {IntegrationExpander, IntegrationLine, type IntegrationRequests} from './integrationRowView.js';

/** What guest and host do together, a row each; hidden where nothing is known of that. */
export class IntegrationGroup extends Adw.PreferencesGroup {
    static {
        GObject.registerClass({GTypeName: 'HandoverIntegrationGroup'}, this);
    }

    readonly #box = new Gtk.ListBox({
        selection_mode: Gtk.SelectionMode.NONE,
        tab_behavior: Gtk.ListTabBehavior.ITEM,
    });
    #rows: (IntegrationLine | IntegrationExpander)[] = [];

    constructor(private readonly requests: IntegrationRequests) {
        super({
            title: _('Guest integration'),
            description: _('What the guest and this computer do together.'),
            visible: false,
        });
        this.#box.add_css_class('boxed-list');
        this.#box.update_property([Gtk.AccessibleProperty.LABEL], [_('Guest integration')]);
        this.add(this.#box);
    }

    /** Shows these; what was open stays open, and the focus where it is. */
    showRows(rows: readonly IntegrationRow[]): void {
        for (const extra of this.#rows.splice(rows.length)) this.#box.remove(extra);
        rows.forEach((row, index) => {
            const before = this.#rows[index];
            const opens = hasContent(row);
            if (before && opens === before instanceof IntegrationExpander) {
                before.showRow(row);
                return;
            }
            if (before) this.#box.remove(before);
            const made = opens ? new IntegrationExpander(row, this.requests) : new IntegrationLine(row);
            this.#rows[index] = made;
            this.#box.insert(made, index);
        });
        this.visible = rows.length > 0;
    }
}

/** Whether there is anything to be done or to be installed. */
function hasContent({fix, edit, packages}: IntegrationRow): boolean {
    return fix !== '' || edit !== null || packages !== null;
}

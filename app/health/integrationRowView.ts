// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {IntegrationEdit} from '../../shared/health/integration/integrationEdit.js';
import type {IntegrationRow} from '../../shared/health/integration/integrationRow.js';
import {editLabel, packageLabels} from '../../shared/health/integration/words.js';
import {rowStatusLabel} from '../../shared/health/words.js';
import {_, oneLine, severalLines} from '../../shared/platform/i18n.js';
import {nameExpander} from '../widgets/expanderName.js';
import {makeStatusIcon, rowLook, showStatus} from './statusLook.js';
import {makeTextRow} from './textRow.js';

const LONGEST = 600;

/** One thing that guest and host do together: whether it works, how that was measured and, opened, what to add. */
export class IntegrationRowView extends Adw.ExpanderRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverIntegrationRow'}, this);
    }

    readonly #icon: Gtk.Image;
    readonly #status = new Gtk.Label();
    #rows: Gtk.Widget[] = [];
    #made = '';

    /** @param add asks, and adds to the machine what its definition lacks */
    constructor(
        row: IntegrationRow,
        private readonly add: (edit: IntegrationEdit) => void,
    ) {
        super({use_markup: false, title_lines: 0, subtitle_lines: 0});
        this.#icon = makeStatusIcon(rowLook(row.status));
        this.add_prefix(this.#icon);
        this.#status.add_css_class('dimmed');
        this.add_suffix(this.#status);
        this.showRow(row);
    }

    showRow(row: IntegrationRow): void {
        const {title, status, evidence} = row;
        const label = rowStatusLabel(status);
        showStatus(this.#icon, rowLook(status));
        this.#status.label = label;
        this.title = oneLine(title);
        this.subtitle = severalLines(evidence, LONGEST);
        nameExpander(this, `${title}: ${label}`);
        this.#showContent(row);
    }

    #showContent({fix, edit, packages}: IntegrationRow): void {
        const made = JSON.stringify([fix, edit, packages]);
        if (made === this.#made) return;
        this.#made = made;
        for (const row of this.#rows) this.remove(row);
        this.#rows = [];
        if (fix !== '') this.#rows.push(makeTextRow(_('What to do'), severalLines(fix, LONGEST)));
        if (edit !== null) {
            this.#rows.push(makeTextRow(_('What the machine lacks'), oneLine(editLabel(edit), LONGEST)));
            const button = new Adw.ButtonRow({title: _('Add to the machine…')});
            button.connect('activated', () => this.add(edit));
            this.#rows.push(button);
        }
        for (const [who, what] of packages ? packageLabels(packages) : [])
            this.#rows.push(makeTextRow(who, oneLine(what, LONGEST)));
        for (const row of this.#rows) this.add_row(row);
        // Where there is nothing to add there is nothing to open.
        this.enable_expansion = this.#rows.length > 0;
        this.expanded = this.expanded && this.#rows.length > 0;
    }
}

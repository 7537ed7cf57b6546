// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {IntegrationEdit} from '../../shared/health/integration/integrationEdit.js';
import type {IntegrationRow, RowId} from '../../shared/health/integration/integrationRow.js';
import {editLabel, packageLabels} from '../../shared/health/integration/words.js';
import {rowStatusLabel} from '../../shared/health/words.js';
import {_, fill, oneLine, severalLines} from '../../shared/platform/i18n.js';
import {nameExpander} from '../widgets/expanderName.js';
import {makeStatusIcon, rowLook, showStatus, UNMEASURED} from './statusLook.js';
import {makeTextRow} from './textRow.js';

const LONGEST = 600;

/** What is asked for on a row. */
export interface IntegrationRequests {
    /** Asks, and adds to the machine what its definition lacks for a row. */
    add(row: RowId, edit: IntegrationEdit): void;
    /** Has a folder chosen, and adds that in the same way. */
    shareFolder(): void;
}

/** How a row stands: the icon before its title, and the words behind it. */
class Standing {
    readonly #icon: Gtk.Image;
    readonly #label = new Gtk.Label();

    constructor(row: Adw.ActionRow | Adw.ExpanderRow) {
        this.#icon = makeStatusIcon(UNMEASURED);
        this.#label.add_css_class('dimmed');
        row.add_prefix(this.#icon);
        row.add_suffix(this.#label);
    }

    show(row: IntegrationRow): void {
        showStatus(this.#icon, rowLook(row));
        this.#label.label = rowStatusLabel(row);
    }
}

/** One thing that guest and host do together, and how that was measured; there is nothing to be done about it. */
export class IntegrationLine extends Adw.ActionRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverIntegrationLine'}, this);
    }

    readonly #standing: Standing;

    constructor(row: IntegrationRow) {
        super({use_markup: false, title_lines: 0, subtitle_lines: 0});
        this.#standing = new Standing(this);
        this.showRow(row);
    }

    showRow(row: IntegrationRow): void {
        this.#standing.show(row);
        this.title = oneLine(row.title);
        this.subtitle = severalLines(row.evidence, LONGEST);
        this.reset_relation(Gtk.AccessibleRelation.LABELLED_BY);
        this.update_property([Gtk.AccessibleProperty.LABEL], [nameOf(row)]);
    }
}

/** The same with what to do: what to add to the machine, and what to install in the guest. */
export class IntegrationExpander extends Adw.ExpanderRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverIntegrationExpander'}, this);
    }

    readonly #standing: Standing;
    #rows: Gtk.Widget[] = [];
    #made = '';

    constructor(
        row: IntegrationRow,
        private readonly requests: IntegrationRequests,
    ) {
        super({use_markup: false, title_lines: 0, subtitle_lines: 0});
        this.#standing = new Standing(this);
        this.showRow(row);
    }

    showRow(row: IntegrationRow): void {
        this.#standing.show(row);
        this.title = oneLine(row.title);
        this.subtitle = severalLines(row.evidence, LONGEST);
        nameExpander(this, nameOf(row));
        this.#showContent(row);
    }

    #showContent({id, status, fix, edit, packages, pending}: IntegrationRow): void {
        const made = JSON.stringify([status, fix, edit, packages, pending]);
        if (made === this.#made) return;
        this.#made = made;
        for (const row of this.#rows) this.remove(row);
        this.#rows = [];
        if (fix !== '') this.#rows.push(makeTextRow(_('What to do'), severalLines(fix, LONGEST)));
        if (edit !== null) {
            this.#rows.push(makeTextRow(_('What Handover can do'), oneLine(editLabel(edit), LONGEST)));
            this.#rows.push(makeButton(_('Add to the machine…'), () => this.requests.add(id, edit)));
        } else if (id === 'shared-folders' && status === 'missing' && !pending) {
            this.#rows.push(makeButton(_('Share a folder…'), () => this.requests.shareFolder()));
        }
        for (const [who, what] of packages ? packageLabels(packages) : [])
            this.#rows.push(
                makeTextRow(fill(_('Package for {system}'), {system: who}), oneLine(what, LONGEST)),
            );
        for (const row of this.#rows) this.add_row(row);
    }
}

function makeButton(title: string, pressed: () => void): Adw.ButtonRow {
    const button = new Adw.ButtonRow({title});
    button.connect('activated', pressed);
    return button;
}

function nameOf(row: IntegrationRow): string {
    return oneLine(`${row.title}: ${rowStatusLabel(row)}`);
}

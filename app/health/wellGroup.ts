// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import {findingStatusLabel, findingTitle} from '../../shared/health/words.js';
import {_, fill, ngettext, oneLine, severalLines} from '../../shared/platform/i18n.js';
import {FINE, makeStatusIcon} from './statusLook.js';

const LONGEST = 400;

/** All that is well: a row each, made when it is opened. */
export class WellGroup extends Adw.PreferencesGroup {
    static {
        GObject.registerClass({GTypeName: 'HandoverWellGroup'}, this);
    }

    readonly #expander = new Adw.ExpanderRow({use_markup: false});
    #findings: readonly Finding[] = [];
    #rows: Gtk.Widget[] = [];
    #made = '';

    /** @param open whether it is to be seen at once */
    constructor(open = false) {
        super({title: _('All well'), visible: false});
        this.#expander.add_prefix(makeStatusIcon(FINE));
        this.#expander.connect('notify::expanded', () => this.#fill());
        this.#expander.expanded = open;
        this.add(this.#expander);
    }

    showFindings(findings: readonly Finding[]): void {
        this.#findings = findings;
        this.visible = findings.length > 0;
        const {length: count} = findings;
        this.#expander.title = fill(ngettext('{count} thing is well', '{count} things are well', count), {
            count,
        });
        this.#expander.update_property([Gtk.AccessibleProperty.LABEL], [this.#expander.title]);
        this.#fill();
    }

    #fill(): void {
        const wanted = JSON.stringify(this.#findings);
        if (!this.#expander.expanded || wanted === this.#made) return;
        this.#made = wanted;
        for (const row of this.#rows) this.#expander.remove(row);
        this.#rows = this.#findings.map(makeWellRow);
        for (const row of this.#rows) this.#expander.add_row(row);
    }
}

/** What is well on one row. */
export function makeWellRow(finding: Finding): Adw.ActionRow {
    const row = new Adw.ActionRow({use_markup: false, title_lines: 0, subtitle_lines: 0});
    row.title = oneLine(findingTitle(finding));
    row.subtitle = severalLines(finding.evidence, LONGEST);
    row.add_prefix(makeStatusIcon(FINE));
    row.reset_relation(Gtk.AccessibleRelation.LABELLED_BY);
    row.update_property(
        [Gtk.AccessibleProperty.LABEL],
        [oneLine(`${findingTitle(finding)}: ${findingStatusLabel(finding)}`)],
    );
    return row;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import type {FixAction} from '../../shared/health/fixAction.js';
import {findingStatusLabel, findingTitle, fixActionLabel, lastingLabel} from '../../shared/health/words.js';
import {_, oneLine, severalLines} from '../../shared/platform/i18n.js';
import {nameExpander} from '../widgets/expanderName.js';
import {makeTextRow} from './textRow.js';
import {findingLook, makeStatusIcon, showStatus} from './statusLook.js';

/** More than this of what was read is of no use on a row; the report has all of it. */
const LONGEST = 600;

/** What is offered to do about a finding. */
export interface Remedies {
    /** Asks, and does it. */
    mend(finding: Finding, action: FixAction): void;
    /** Whether something is being done about it now. */
    isBusy(action: FixAction): boolean;
}

/** A finding: how it stands and what was read; opened, what to do. Nothing of it is markup. */
export class FindingRow extends Adw.ExpanderRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverFindingRow'}, this);
    }

    readonly #icon: Gtk.Image;
    readonly #fix = makeTextRow(_('What to do'));
    readonly #kind = makeTextRow(_('Kind'));
    readonly #button = new Adw.ButtonRow();
    #finding: Finding;

    /** @param remedies null where nothing can be done from here */
    constructor(
        finding: Finding,
        private readonly remedies: Remedies | null,
    ) {
        super({use_markup: false, title_lines: 0, subtitle_lines: 0});
        this.#finding = finding;
        this.#icon = makeStatusIcon(findingLook(finding));
        this.add_prefix(this.#icon);
        this.add_row(this.#fix);
        this.add_row(this.#kind);
        this.add_row(this.#button);
        this.#button.connect('activated', () => {
            const {action} = this.#finding;
            if (action) this.remedies?.mend(this.#finding, action);
        });
        this.showFinding(finding);
    }

    get finding(): Finding {
        return this.#finding;
    }

    /** Shows another answer to the same question. */
    showFinding(finding: Finding): void {
        this.#finding = finding;
        const {title, fix, action, evidence} = finding;
        const status = findingStatusLabel(finding);
        showStatus(this.#icon, findingLook(finding));
        this.title = oneLine(findingTitle(finding));
        this.subtitle = severalLines(evidence, LONGEST);
        this.#fix.subtitle = severalLines(fix, LONGEST);
        this.#fix.visible = fix !== '';
        this.#kind.subtitle = `${status}. ${lastingLabel(finding)}`;
        const offered = action !== null && this.remedies !== null;
        this.#button.visible = offered;
        if (offered) {
            this.#button.title = `${fixActionLabel(action)}…`;
            this.#button.sensitive = !this.remedies.isBusy(action);
        }
        nameExpander(this, `${findingTitle(finding)}: ${status}`);
        this.#button.update_property([Gtk.AccessibleProperty.DESCRIPTION], [oneLine(title)]);
    }
}

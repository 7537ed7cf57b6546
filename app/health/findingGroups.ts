// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import {_} from '../../shared/platform/i18n.js';
import {FindingList} from './findingList.js';
import type {Remedies} from './findingRow.js';
import {sorted} from './report.js';
import {WellGroup} from './wellGroup.js';

/** Findings in groups: what needs attention, what could not be measured, and, folded away, what is well. */
export class FindingGroups extends Gtk.Box {
    static {
        GObject.registerClass({GTypeName: 'HandoverFindingGroups'}, this);
    }

    readonly #failed: FindingList;
    readonly #unknown: FindingList;
    readonly #well: WellGroup;

    /**
     * @param remedies null where nothing can be done from here
     * @param between stands before what is well, which is open then
     */
    constructor(remedies: Remedies | null, between: Gtk.Widget | null = null) {
        super({orientation: Gtk.Orientation.VERTICAL, spacing: 24, visible: false});
        this.#failed = new FindingList(_('Needs attention'), remedies);
        this.#unknown = new FindingList(_('Could not be measured'), remedies);
        this.#well = new WellGroup(between !== null);
        this.append(this.#failed);
        this.append(this.#unknown);
        if (between) this.append(between);
        this.append(this.#well);
    }

    showFindings(findings: readonly Finding[]): void {
        const inOrder = sorted(findings);
        this.#failed.showFindings(inOrder.filter(({status}) => status === 'failed'));
        this.#unknown.showFindings(inOrder.filter(({status}) => status === 'unknown'));
        this.#well.showFindings(inOrder.filter(({status}) => status === 'ok'));
        this.visible = findings.length > 0;
    }
}

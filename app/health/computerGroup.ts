// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import {_} from '../../shared/platform/i18n.js';
import {makeWellRow} from './wellGroup.js';

/** The questions whose answers say what this computer is, and which defaults follow from that and why. */
const ABOUT_THE_COMPUTER: ReadonlySet<string> = new Set([
    'display-server',
    'desktop-card',
    'card-vendor',
    'privileges',
]);

/** Whether it says what this computer is; what is wrong with it stands where things need attention. */
export function isAboutTheComputer({id, status}: Finding): boolean {
    return status === 'ok' && ABOUT_THE_COMPUTER.has(id);
}

/** What this computer is, with the default that each fact leads to. */
export class ComputerGroup extends Adw.PreferencesGroup {
    static {
        GObject.registerClass({GTypeName: 'HandoverComputerGroup'}, this);
    }

    #rows: Gtk.Widget[] = [];
    #made = '';

    constructor() {
        super({
            title: _('This computer'),
            description: _('What was found out about it, and what Handover does because of that.'),
            visible: false,
        });
    }

    showFindings(findings: readonly Finding[]): void {
        const wanted = JSON.stringify(findings);
        if (wanted === this.#made) return;
        this.#made = wanted;
        for (const row of this.#rows) this.remove(row);
        this.#rows = findings.map(makeWellRow);
        for (const row of this.#rows) this.add(row);
        this.visible = findings.length > 0;
    }
}

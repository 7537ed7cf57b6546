// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import {findingsHeading, unmeasuredLine} from '../../shared/health/words.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {FINE, showStatus, TROUBLE} from './statusLook.js';

/** At the head of a page: whether all is well, in a sentence that screen readers say when it changes. */
export class HealthSummary extends Gtk.Box {
    static {
        GObject.registerClass({GTypeName: 'HandoverHealthSummary'}, this);
    }

    readonly #icon = new Gtk.Image({
        halign: Gtk.Align.CENTER,
        accessible_role: Gtk.AccessibleRole.PRESENTATION,
    });
    readonly #heading = new Gtk.Label({wrap: true, justify: Gtk.Justification.CENTER});
    readonly #line = new Gtk.Label({wrap: true, justify: Gtk.Justification.CENTER});
    #said = '';

    constructor(properties?: Partial<Gtk.Box.ConstructorProps>) {
        super({orientation: Gtk.Orientation.VERTICAL, spacing: 12, ...properties});
        this.#icon.add_css_class('state-icon');
        this.#heading.add_css_class('title-1');
        this.#line.add_css_class('dimmed');
        this.append(this.#icon);
        this.append(this.#heading);
        this.append(this.#line);
    }

    /** @param looking whether they may be others in a moment */
    showFindings(findings: readonly Finding[], looking: boolean): void {
        const failed = findings.some(({status}) => status === 'failed');
        showStatus(this.#icon, failed ? TROUBLE : FINE);
        const heading = findingsHeading(findings);
        const line = unmeasuredLine(findings);
        this.#heading.label = heading;
        // Its line stays, so that nothing below it jumps at each look.
        this.#line.label = looking ? _('Looking…') : line === '' ? lookedNow() : line;
        if (looking) return;
        const said = line === '' ? heading : `${heading}. ${line}.`;
        if (this.#said !== '' && said !== this.#said && this.get_mapped())
            this.announce(said, Gtk.AccessibleAnnouncementPriority.LOW);
        this.#said = said;
    }

    /** Another machine's findings come: nothing that was said counts. */
    forget(): void {
        this.#said = '';
    }
}

function lookedNow(): string {
    return fill(_('Looked at {time}'), {time: GLib.DateTime.new_now_local().format('%X') ?? ''});
}

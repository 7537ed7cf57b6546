// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import St from 'gi://St';
import {PopupBaseMenuItem} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import type {Finding} from '../shared/health/finding.js';
import {findingsHeading, findingSubject} from '../shared/health/words.js';
import {_, fill} from '../shared/platform/i18n.js';
import {wrap} from './sentenceItem.js';
import {STYLES} from './styles.js';

/** How many things need attention, and the first of them. */
export class FindingsItem extends PopupBaseMenuItem {
    static {
        GObject.registerClass({GTypeName: 'HandoverFindingsItem'}, this);
    }

    readonly #heading = new St.Label();
    readonly #first = new St.Label({style: STYLES.machineFigures});

    constructor() {
        super();
        this.style = STYLES.machine;
        this.add_child(
            new St.Icon({
                icon_name: 'dialog-warning-symbolic',
                style_class: 'popup-menu-icon',
                y_align: Clutter.ActorAlign.CENTER,
            }),
        );
        const column = new St.BoxLayout({
            orientation: Clutter.Orientation.VERTICAL,
            style: STYLES.machineColumn,
            x_expand: true,
        });
        wrap(this.#first);
        column.add_child(this.#heading);
        column.add_child(this.#first);
        this.add_child(column);
        this.label_actor = this.#heading;
    }

    /** @param findings those that failed, at least one of them */
    sync(findings: readonly Finding[]): void {
        // What is hard comes before what is a warning.
        const first = findings.find(({severity}) => severity === 'hard') ?? findings[0];
        const heading = findingsHeading(findings);
        const title = first ? titleOf(first) : '';
        if (this.#heading.text === heading && this.#first.text === title) return;
        this.#heading.text = heading;
        this.#first.text = title;
        this.accessible_name = `${heading}\n${title}`;
    }
}

/** A heading alone says what was looked at, and not what is wrong with it. */
function titleOf(finding: Finding): string {
    const {title, evidence} = finding;
    const about = findingSubject(finding);
    return about === null
        ? fill(_('{title}: {evidence}'), {title, evidence})
        : fill(_('{title}, {about}: {evidence}'), {title, about, evidence});
}

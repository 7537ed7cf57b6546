// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import type {HostList} from '../../shared/hosts/hostList.js';
import {APP_PATH} from '../../shared/names.js';
import {_} from '../../shared/platform/i18n.js';
import type {AppCards} from '../gpu/appCards.js';
import type {Window} from '../window.js';
import {ComputerGroup, isAboutTheComputer} from './computerGroup.js';
import {FindingGroups} from './findingGroups.js';
import {FollowedDoctor} from './followedDoctor.js';
import {HealthSummary} from './healthSummary.js';
import {Mending} from './mending.js';
import {reportOf} from './report.js';

/** What is well on this computer and what is not. It looks, and follows what changes, while it is on the screen. */
export class DoctorPage extends Adw.NavigationPage {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverDoctorPage',
                Template: `resource://${APP_PATH}/health/doctorPage.ui`,
                InternalChildren: ['copyButton', 'spinner', 'stack', 'waiting', 'scroller', 'groups'],
            },
            this,
        );
    }

    declare private readonly _copyButton: Gtk.Button;
    declare private readonly _spinner: Adw.Spinner;
    declare private readonly _stack: Gtk.Stack;
    declare private readonly _waiting: Gtk.Widget;
    declare private readonly _scroller: Gtk.Widget;
    declare private readonly _groups: Gtk.Box;

    readonly #summary = new HealthSummary();
    readonly #computer = new ComputerGroup();
    readonly #mending: Mending;
    readonly #groups: FindingGroups;
    readonly #doctor: FollowedDoctor;

    constructor(
        private readonly window: Window,
        hosts: HostList,
        cards: AppCards,
    ) {
        super();
        this.#mending = new Mending(window, window, over => {
            this.#sync();
            // What it has written may be where no signal tells of.
            if (over) this.#doctor.look();
        });
        this.#groups = new FindingGroups(this.#mending);
        for (const part of [this.#summary, this.#groups, this.#computer]) this._groups.append(part);
        this.#doctor = new FollowedDoctor(hosts, cards, () => this.#sync());
        this.connect('map', () => this.#doctor.open());
        this.connect('unmap', () => this.#doctor.close());
        this.#sync();
    }

    /** Ends following. */
    close(): void {
        this.#doctor.close();
    }

    onCopy(): void {
        this.get_clipboard().set(reportOf(this.#doctor.findings));
        this.window.toast(_('The report was copied'));
    }

    onLook(): void {
        this.#doctor.look();
    }

    #sync(): void {
        const {findings, looking, looked} = this.#doctor;
        this._stack.visible_child = looked ? this._scroller : this._waiting;
        this._copyButton.sensitive = looked;
        this._spinner.visible = looked && looking;
        if (!looked) return;
        this.#summary.showFindings(findings, looking);
        this.#groups.showFindings(findings.filter(finding => !isAboutTheComputer(finding)));
        this.#computer.showFindings(findings.filter(isAboutTheComputer));
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import {findingsHeading, unmeasuredLine} from '../../shared/health/words.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import {APP_ID, APP_PATH} from '../../shared/names.js';
import {_} from '../../shared/platform/i18n.js';
import type {AppCards} from '../gpu/appCards.js';
import type {Window} from '../window.js';
import {FindingGroups} from './findingGroups.js';
import {FollowedDoctor} from './followedDoctor.js';
import {Mending} from './mending.js';

/** Looks whether the computer is ready, and says what is left to do until every check is green. */
export class WelcomeDialog extends Adw.Dialog {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverWelcomeDialog',
                Template: `resource://${APP_PATH}/health/welcomeDialog.ui`,
                InternalChildren: ['groups', 'icon', 'state', 'spinner', 'doneButton'],
            },
            this,
        );
    }

    declare private readonly _groups: Gtk.Box;
    declare private readonly _icon: Gtk.Image;
    declare private readonly _state: Gtk.Label;
    declare private readonly _spinner: Gtk.Widget;
    declare private readonly _doneButton: Gtk.Button;

    readonly #findings: FindingGroups;
    readonly #doctor: FollowedDoctor;

    constructor(
        private readonly window: Window,
        hosts: HostList,
        cards: AppCards,
    ) {
        super();
        this._icon.icon_name = APP_ID;
        this.#findings = new FindingGroups(
            new Mending(window, this, over => {
                this.#sync();
                // What it has written may be where no signal tells of.
                if (over) this.#doctor.look();
            }),
        );
        this._groups.append(this.#findings);
        this.#doctor = new FollowedDoctor(hosts, cards, () => this.#sync());
        this.connect('map', () => this.#doctor.open());
        this.connect('unmap', () => this.#doctor.close());
        this.default_widget = this._doneButton;
        this.focus_widget = this._doneButton;
        this.#sync();
    }

    onSetUp(): void {
        this.close();
        void this.window.showSetUp('card');
    }

    onDone(): void {
        this.close();
    }

    #sync(): void {
        const {findings, looked} = this.#doctor;
        this._spinner.visible = !looked;
        this._state.label = looked ? sentence(findings) : _('Looking…');
        if (looked) this.#findings.showFindings(findings);
    }
}

/** How far the computer is from being ready. */
function sentence(findings: readonly Finding[]): string {
    const unmeasured = unmeasuredLine(findings);
    const ready = findings.every(({status}) => status !== 'failed');
    const first = ready ? _('Yes: every check is green.') : `${findingsHeading(findings)}.`;
    return unmeasured === '' ? first : `${first}\n${unmeasured}.`;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import type {Host} from '../../shared/libvirt/host.js';
import {APP_PATH} from '../../shared/names.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {showProblemDialog} from './problemDialog.js';

/** Why a host is lost, what mends it, and another try. */
export class ProblemPage extends Adw.NavigationPage {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverProblemPage',
                Template: `resource://${APP_PATH}/hosts/problemPage.ui`,
                InternalChildren: ['status', 'commandGroup', 'commandRow', 'copyButton', 'retryButton'],
            },
            this,
        );
    }

    declare private readonly _status: Adw.StatusPage;
    declare private readonly _commandGroup: Adw.PreferencesGroup;
    declare private readonly _commandRow: Adw.ActionRow;
    declare private readonly _copyButton: Gtk.Button;
    declare private readonly _retryButton: Gtk.Button;

    #host: Host | null = null;
    #release: () => void = () => undefined;

    constructor() {
        super();
        this._copyButton.connect('clicked', () => this.get_clipboard().set(this._commandRow.subtitle ?? ''));
    }

    /** The host that it is about. */
    get host(): Host | null {
        return this.#host;
    }

    set host(host: Host | null) {
        if (host === this.#host) return;
        this.#release();
        this.#host = host;
        const id = host?.connect('notify::state', () => this.#sync());
        this.#release = () => id !== undefined && host?.disconnect(id);
        this.#sync();
    }

    onDetails(): void {
        if (this.#host?.error) showProblemDialog(this, describeProblem(this.#host.error));
    }

    onRetry(): void {
        this.#host?.retry();
    }

    #sync(): void {
        const host = this.#host;
        if (!host || host.error === null) return;
        const problem = describeProblem(host.error);
        this.title = host.label;
        this._status.title = problem.title;
        // A status page reads its description as markup.
        this._status.description = GLib.markup_escape_text(problem.body, -1);
        this._commandGroup.visible = problem.command !== null;
        this._commandRow.subtitle = problem.command ?? '';
    }
}

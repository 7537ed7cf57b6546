// SPDX-License-Identifier: GPL-3.0-or-later
import type Gtk from 'gi://Gtk?version=4.0';

import {mendHere} from '../../shared/health/doctor/doctorHere.js';
import {FixLog} from '../../shared/health/doctor/fixLog.js';
import type {Finding} from '../../shared/health/finding.js';
import {type FixAction, opposite} from '../../shared/health/fixAction.js';
import {fixActionDone, fixActionLabel, fixActionSentence, fixActionVerb} from '../../shared/health/words.js';
import {_} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {showProblemDialog} from '../hosts/problemDialog.js';
import {ask} from '../widgets/ask.js';
import type {Window} from '../window.js';
import type {Remedies} from './findingRow.js';

/** Carries out what findings offer: asks first, has the helper do it, and offers to take it back. */
export class Mending implements Remedies {
    readonly #busy = new Set<string>();
    readonly #log = new FixLog();

    /**
     * @param window where results are told
     * @param parent what questions are put over: the window, or a dialog in it
     * @param changed called when something begins or ends to be done; `over` when it is time to look again
     */
    constructor(
        private readonly window: Window,
        private readonly parent: Gtk.Widget,
        private readonly changed: (over: boolean) => void,
    ) {}

    isBusy(action: FixAction): boolean {
        return this.#busy.has(JSON.stringify(action));
    }

    mend(finding: Finding, action: FixAction): void {
        void this.#ask(finding, action);
    }

    async #ask({id}: Finding, action: FixAction): Promise<void> {
        const wanted = await ask(this.parent, {
            heading: `${fixActionLabel(action)}?`,
            body: `${fixActionSentence(action)}\n\n${_('You may be asked for a password. It can be undone.')}`,
            yes: fixActionVerb(action),
        });
        if (wanted && (await this.#run(id, action)))
            this.window.toast(fixActionDone(action), {
                label: _('Undo'),
                callback: () => void this.#undo(id, opposite(action)),
            });
    }

    async #undo(id: string, action: FixAction): Promise<void> {
        if (await this.#run(id, action)) this.window.toast(fixActionDone(action));
    }

    /** So that the terminal can undo it, too. It is done all the same where that cannot be written down. */
    async #note(id: string, action: FixAction): Promise<void> {
        try {
            await this.#log.note(id, action);
        } catch (error) {
            console.error(error);
        }
    }

    async #run(id: string, action: FixAction): Promise<boolean> {
        const key = JSON.stringify(action);
        if (this.#busy.has(key)) return false;
        this.#busy.add(key);
        this.changed(false);
        try {
            await mendHere(action);
            await this.#note(id, action);
            return true;
        } catch (error) {
            const problem = describeProblem(error);
            this.window.toast(problem.title, {
                label: _('Details'),
                callback: () => showProblemDialog(this.window, problem),
            });
            return false;
        } finally {
            this.#busy.delete(key);
            this.changed(true);
        }
    }
}

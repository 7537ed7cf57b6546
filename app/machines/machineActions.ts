// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {MACHINE_ACTIONS, type MachineAction} from '../../shared/machines/actions.js';
import {CardHeldError} from '../../shared/lending/lendingErrors.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {StartOptions} from '../../shared/machines/preparation.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import type {Window} from '../window.js';
import {mayRun} from './confirmation.js';
import {Followed} from './follow.js';
import {askAboutHolders} from './heldDialog.js';
import {openDisplay} from './openDisplay.js';

/**
 * What can be done with the machine that is shown, as one action group for buttons, menus and keys.
 *
 * Each action is enabled exactly when the machine allows it.
 */
export class MachineActions {
    readonly group = new Gio.SimpleActionGroup();
    readonly #actions = new Map<MachineAction, Gio.SimpleAction>();
    readonly #obvious = new Gio.SimpleAction({name: 'obvious'});
    readonly #openDisplay = new Gio.SimpleAction({name: 'open-display'});
    readonly #showLog = new Gio.SimpleAction({name: 'show-log'});
    readonly #showHealth = new Gio.SimpleAction({name: 'show-health'});
    readonly #cancel = new Gio.SimpleAction({name: 'cancel'});
    readonly #followed = new Followed(['notify::state', 'notify::transition', 'gone'], () => this.#sync());
    #releaseHost: () => void = () => undefined;
    #releaseOperation: () => void = () => undefined;

    /** Called when the log of the machine is wanted. */
    onShowLog: () => void = () => undefined;
    /** Called when its health is wanted. */
    onShowHealth: () => void = () => undefined;

    /** @param window where questions are asked and results told */
    constructor(private readonly window: Window) {
        for (const name of MACHINE_ACTIONS) {
            const action = new Gio.SimpleAction({name});
            action.connect('activate', () => this.machine && this.run(this.machine, name));
            this.#actions.set(name, action);
            this.group.add_action(action);
        }
        this.#obvious.connect('activate', () => {
            const obvious = this.machine?.obvious;
            if (this.machine && obvious) this.run(this.machine, obvious);
        });
        this.#openDisplay.connect('activate', () => this.machine && void openDisplay(window, this.machine));
        this.#showLog.connect('activate', () => this.onShowLog());
        this.#showHealth.connect('activate', () => this.onShowHealth());
        this.#cancel.connect('activate', () => this.machine?.operation?.cancel());
        this.group.add_action(this.#cancel);
        this.group.add_action(this.#obvious);
        this.group.add_action(this.#openDisplay);
        this.group.add_action(this.#showLog);
        this.group.add_action(this.#showHealth);
        this.#sync();
    }

    get machine(): Machine | null {
        return this.#followed.machine;
    }

    set machine(machine: Machine | null) {
        if (!this.#followed.set(machine)) return;
        this.#releaseHost();
        const host = machine?.host;
        const id = host?.connect('notify::state', () => this.#sync());
        this.#releaseHost = () => id !== undefined && host?.disconnect(id);
        this.#sync();
    }

    /**
     * Does something with a machine, after asking where that is due, and tells what came of it.
     *
     * @param start what to do about a card that is held, where that has been said already
     */
    run(machine: Machine, action: MachineAction, start?: StartOptions): void {
        void this.#run(machine, action, start);
    }

    async #run(machine: Machine, action: MachineAction, start?: StartOptions): Promise<void> {
        if (!(await mayRun(this.window, machine, action))) return;
        try {
            await machine.run(action, start ? {start} : {}).finished();
            this.window.toast(fill(doneSentence(action), {name: machine.shortName}));
        } catch (error) {
            if (error instanceof CancelledError) return;
            if (error instanceof CardHeldError) {
                await this.askAboutCard(machine, error, start);
                return;
            }
            // The page of the machine has a banner for it.
            if (machine.failing && this.window.looksAt(machine)) return;
            const problem = describeProblem(error);
            this.window.toast(problem.title, {
                label: _('Details'),
                callback: () => this.window.showProblem(machine.key, problem),
            });
        }
    }

    /** Asks what to do about a card that is held, and starts the machine accordingly. */
    async askAboutCard(machine: Machine, error: CardHeldError, start?: StartOptions): Promise<void> {
        const asked = error.triedClosing || start?.held === 'close' || start?.held === 'force-close';
        // The question says what the banner would.
        if (machine.failure?.error === error) machine.dismissFailure();
        const answer = await askAboutHolders(this.window, error, {machine: machine.shortName, asked});
        if (answer === 'cancel' || machine.isGone) return;
        this.run(machine, 'start', {...start, held: answer});
    }

    #sync(): void {
        const possible = this.machine?.actions ?? [];
        for (const [name, action] of this.#actions) action.enabled = possible.includes(name);
        const operation = this.machine?.operation ?? null;
        this.#releaseOperation();
        const id = operation?.connect('notify::can-cancel', () => {
            this.#cancel.enabled = operation.canCancel;
        });
        this.#releaseOperation = () => id !== undefined && operation?.disconnect(id);
        this.#cancel.enabled = operation?.canCancel ?? false;
        this.#obvious.enabled = (this.machine?.obvious ?? null) !== null;
        this.#openDisplay.enabled = this.machine?.active ?? false;
        this.#showLog.enabled = this.#showHealth.enabled = this.machine !== null;
    }
}

function doneSentence(action: MachineAction): string {
    switch (action) {
        case 'start':
            return _('{name} started');
        case 'shutdown':
            return _('{name} has shut down');
        case 'reboot':
            return _('{name} restarts');
        case 'reset':
            return _('{name} was reset');
        case 'pause':
            return _('{name} is paused');
        case 'resume':
            return _('{name} runs again');
        case 'force-off':
            return _('{name} was forced off');
        case 'save':
            return _('{name} was saved and stopped');
        case 'wake':
            return _('{name} is awake');
    }
}

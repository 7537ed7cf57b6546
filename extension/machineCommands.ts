// SPDX-License-Identifier: GPL-3.0-or-later
import {losesUnsaved, type MachineAction} from '../shared/machines/actions.js';
import type {Machine} from '../shared/machines/machine.js';
import type {ActionOptions} from '../shared/machines/machineOperations.js';
import type {WhenHeld} from '../shared/machines/preparation.js';
import {actionLabel} from '../shared/machines/words.js';
import {clientPid, openClient} from '../shared/displays/openClient.js';
import {noticeId} from '../shared/notices/notice.js';
import type {CardHeldError} from '../shared/lending/lendingErrors.js';
import {monotonicMs} from '../shared/platform/clock.js';
import {CancelledError} from '../shared/platform/errors.js';
import {_, fill} from '../shared/platform/i18n.js';
import {describeProblem} from '../shared/problems/problem.js';
import type {Preferences} from '../shared/settings/preferences.js';
import {ConfirmDialog} from './confirmDialog.js';
import type {Dialogs} from './dialogs.js';
import type {HandoverApp} from './handoverApp.js';
import {type Choice, HeldDialog} from './heldDialog.js';
import {answersTo, shownHolders} from './heldQuestion.js';
import type {Notifications} from './notifications.js';
import {raiseWindowOf} from './raiseWindow.js';

interface Asked {
    readonly atMs: number;
    readonly held: WhenHeld;
}

/** Whoever pressed something still looks for so long (ms); a dialog that comes later would come out of the blue. */
const STILL_THERE_MS = 5_000;

/** What the user asks of machines from the menu, the Quick Settings and the keyboard. */
export class MachineCommands {
    #notifications: Notifications | null;
    /** Starts that were asked for with a press of something, and when. */
    readonly #asked = new WeakMap<Machine, Asked>();

    constructor(
        private readonly preferences: Preferences,
        private readonly app: HandoverApp,
        private readonly dialogs: Dialogs,
        notifications: Notifications,
    ) {
        this.#notifications = notifications;
    }

    /** Does an action, after a question if the guest would lose something. */
    ask(machine: Machine, action: MachineAction): void {
        if (!losesUnsaved(action, machine.state)) {
            this.run(machine, action);
            return;
        }
        const name = {name: machine.shortName};
        const off = action === 'force-off';
        this.dialogs.open(
            new ConfirmDialog({
                title: off ? fill(_('Force {name} off?'), name) : fill(_('Reset {name}?'), name),
                description: off
                    ? _('It is like pulling the plug: what is not saved in the guest is lost.')
                    : _('It is like pressing the reset button: what is not saved in the guest is lost.'),
                confirmLabel: actionLabel(action),
                confirmed: () => this.run(machine, action),
            }),
        );
    }

    /** Does an action without a question. */
    run(machine: Machine, action: MachineAction, options: ActionOptions = {}): void {
        this.preferences.noteUse(machine.key);
        this.#asked.set(machine, {atMs: monotonicMs(), held: options.start?.held ?? 'refuse'});
        const operation = machine.run(action, options);
        // What becomes of one that has begun is told by MachineNotices.
        const refused = machine.operation !== operation;
        operation.finished().catch((error: unknown) => {
            if (refused) this.#tell(machine, error);
        });
    }

    /**
     * A start was refused because the machine's card is held: asks what to do, if whoever asked for it is still there.
     *
     * @returns whether it has asked, so that nobody else has to tell
     */
    askAboutHolders(machine: Machine, error: CardHeldError): boolean {
        const asked = this.#asked.get(machine);
        if (!asked || monotonicMs() - asked.atMs > STILL_THERE_MS) return false;
        const {title, body} = describeProblem(error);
        const needs = fill(_('{machine} needs it, and can start as soon as it is free.'), {
            machine: machine.shortName,
        });
        const opened = this.dialogs.open(
            new HeldDialog({
                title,
                // Who holds it is listed below; another machine is not.
                description: error.machine === null ? needs : body,
                holders: shownHolders(error),
                choices: this.heldChoices(machine, error),
            }),
        );
        // The dialog has told of it.
        if (opened) machine.dismissFailure();
        return opened;
    }

    /** Whether the programs that hold the card have been asked to end for the last start, and have not. */
    wasAskedToClose(machine: Machine): boolean {
        return this.#asked.get(machine)?.held === 'close';
    }

    /** What can be done about a start that was refused because of holders, the quickest first. */
    heldChoices(machine: Machine, error: CardHeldError): Choice[] {
        const {app, closable, waitable} = answersTo(error);
        const choices: Choice[] = [];
        if (closable) {
            // What was asked politely and is still there can be killed, but only by another word.
            const force = this.wasAskedToClose(machine);
            choices.push({
                label: closeLabel(app, force),
                chosen: () => this.run(machine, 'start', {start: {held: force ? 'force-close' : 'close'}}),
                destructive: force,
            });
        }
        if (waitable)
            choices.push({
                label: _('Start when free'),
                chosen: () => this.run(machine, 'start', {start: {held: 'wait'}}),
            });
        return choices;
    }

    /** Takes what went wrong off the menu, and the notification of it away. */
    dismissFailure(machine: Machine): void {
        machine.dismissFailure();
        this.#notifications?.withdraw(noticeId(machine));
    }

    /** Does what the machine's button does. */
    toggle(machine: Machine | null): void {
        if (!machine) this.#tellThatNoneIsChosen();
        else if (machine.obvious) this.ask(machine, machine.obvious);
    }

    /** Opens a window with the machine's display. */
    openDisplayOf(machine: Machine | null): void {
        if (!machine) {
            this.#tellThatNoneIsChosen();
            return;
        }
        this.preferences.noteUse(machine.key);
        this.#openDisplay(machine).catch((error: unknown) => this.#tell(machine, error));
    }

    dispose(): void {
        this.#notifications = null;
    }

    /** What is open already comes to the front, where it has a window that can be found. */
    async #openDisplay(machine: Machine): Promise<void> {
        if ((await openClient(machine, this.app.activation())) === 'opened') return;
        const pid = await clientPid(machine);
        if (this.#notifications === null || (pid !== null && raiseWindowOf(pid))) return;
        this.#notifications.show({
            id: noticeId(machine),
            title: fill(_('The display of {name} is open already'), {name: machine.shortName}),
            body: '',
            urgency: 'normal',
            buttons: [],
        });
    }

    #tell(machine: Machine, error: unknown): void {
        if (error instanceof CancelledError) return;
        const problem = describeProblem(error);
        const {key} = machine;
        this.#notifications?.show({
            id: noticeId(machine),
            title: problem.title,
            body: problem.body,
            urgency: 'normal',
            buttons: [{label: _('Details'), pressed: () => this.app.showProblem(key, problem)}],
            activated: () => this.app.showProblem(key, problem),
        });
    }

    #tellThatNoneIsChosen(): void {
        this.#notifications?.show({
            id: 'chosen',
            title: _('No machine is chosen'),
            body: _('Open a machine in the Handover menu and choose it for the shortcuts.'),
            urgency: 'normal',
            buttons: [],
        });
    }
}

function closeLabel(app: string | null, force: boolean): string {
    if (app === null) return force ? _('Force all to quit and start') : _('Close all and start');
    return fill(force ? _('Force {app} to quit and start') : _('Close {app} and start'), {app});
}

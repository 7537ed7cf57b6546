// SPDX-License-Identifier: GPL-3.0-or-later
import {losesUnsaved, type MachineAction} from '../shared/machines/actions.js';
import type {Machine} from '../shared/machines/machine.js';
import type {ActionOptions} from '../shared/machines/machineOperations.js';
import {actionLabel} from '../shared/machines/words.js';
import {openClient} from '../shared/displays/openClient.js';
import {noticeId} from '../shared/notices/notice.js';
import {CancelledError} from '../shared/platform/errors.js';
import {_, fill} from '../shared/platform/i18n.js';
import {describeProblem} from '../shared/problems/problem.js';
import type {Preferences} from '../shared/settings/preferences.js';
import {ConfirmDialog} from './confirmDialog.js';
import type {HandoverApp} from './handoverApp.js';
import type {Notifications} from './notifications.js';

/** What the user asks of machines from the menu, the Quick Settings and the keyboard. */
export class MachineCommands {
    #dialog: ConfirmDialog | null = null;
    #notifications: Notifications | null;

    constructor(
        private readonly preferences: Preferences,
        private readonly app: HandoverApp,
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
        this.#dialog?.close();
        const dialog = new ConfirmDialog({
            title: off ? fill(_('Force {name} off?'), name) : fill(_('Reset {name}?'), name),
            description: off
                ? _('It is like pulling the plug: what is not saved in the guest is lost.')
                : _('It is like pressing the reset button: what is not saved in the guest is lost.'),
            confirmLabel: actionLabel(action),
            confirmed: () => this.run(machine, action),
        });
        this.#dialog = dialog;
        dialog.connect('destroy', () => {
            // The one before may take its time to fade.
            if (this.#dialog === dialog) this.#dialog = null;
        });
        dialog.open();
    }

    /** Does an action without a question. */
    run(machine: Machine, action: MachineAction, options: ActionOptions = {}): void {
        this.preferences.noteUse(machine.key);
        const operation = machine.run(action, options);
        // What becomes of one that has begun is told by MachineNotices.
        const refused = machine.operation !== operation;
        operation.finished().catch((error: unknown) => {
            if (refused) this.#tell(machine, error);
        });
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
        openClient(machine, this.#activation()).catch((error: unknown) => this.#tell(machine, error));
    }

    dispose(): void {
        this.#dialog?.destroy();
        this.#notifications = null;
    }

    /** Lets the window that opens take the focus. */
    #activation(): Record<string, string> {
        const token = this.app.activationToken();
        return token === null ? {} : {XDG_ACTIVATION_TOKEN: token, DESKTOP_STARTUP_ID: token};
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

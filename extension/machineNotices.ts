// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../shared/hosts/hostList.js';
import type {Happening} from '../shared/machines/happening.js';
import {
    CardHeldError,
    CardMoveFailedError,
    CardNotBackError,
    CardStuckError,
} from '../shared/lending/lendingErrors.js';
import type {Machine} from '../shared/machines/machine.js';
import {slowBootIn, slowBootSentence} from '../shared/metrics/boot.js';
import type {Boots} from '../shared/metrics/boots.js';
import {type Notice, type NoticeAction, noticeFor, noticeId, orderOf} from '../shared/notices/notice.js';
import {HandoverError} from '../shared/platform/errors.js';
import {_} from '../shared/platform/i18n.js';
import {describeProblem} from '../shared/problems/problem.js';
import type {Preferences} from '../shared/settings/preferences.js';
import type {HandoverApp} from './handoverApp.js';
import type {MachineCommands} from './machineCommands.js';
import type {NotificationButton, Notifications} from './notifications.js';

interface Parts {
    readonly hosts: HostList;
    readonly preferences: Preferences;
    readonly app: HandoverApp;
    readonly commands: MachineCommands;
    readonly notifications: Notifications;
    readonly boots: Boots;
    /** Whether the user has our menu open, and so sees what happens. */
    readonly isWatching: () => boolean;
}

/** Notifies of what happens to machines while nobody looks at them. */
export class MachineNotices {
    readonly #handler: number;
    readonly #unfollow: () => void;
    /** Machines whose last notice says that they have started. */
    readonly #started = new WeakSet<Machine>();

    constructor(private readonly parts: Parts) {
        this.#handler = parts.hosts.connect('happened', (_hosts, machine: Machine, happening: Happening) =>
            this.#onHappened(machine, happening),
        );
        this.#unfollow = parts.boots.onKept(machine => {
            this.#remarkOnStart(machine).catch((error: unknown) => console.error(error));
        });
    }

    dispose(): void {
        this.#unfollow();
        this.parts.hosts.disconnect(this.#handler);
    }

    #onHappened(machine: Machine, happening: Happening): void {
        const {app, commands, notifications} = this.parts;
        const {error} = happening;
        this.#started.delete(machine);
        const asked = error instanceof CardHeldError && commands.askAboutHolders(machine, error);
        const notice = asked || isToldOfCard(happening) ? null : this.#worthTelling(machine, happening);
        if (!notice) {
            notifications.withdraw(noticeId(machine));
            return;
        }
        if (happening.kind === 'started') this.#started.add(machine);
        const ignored = error instanceof CardHeldError && commands.wasAskedToClose(machine);
        notifications.show({
            ...notice,
            ...(ignored
                ? {
                      body: _(
                          'What uses the graphics card was asked to end, and has not. It may be waiting for your answer.',
                      ),
                  }
                : {}),
            buttons: this.#buttons(machine, happening, notice),
            activated: () => app.showMachine(machine.key),
        });
    }

    /** How long the start took is known some time after it; what is slower than usual is said where it is told of. */
    async #remarkOnStart(machine: Machine): Promise<void> {
        const {boots, notifications} = this.parts;
        if (!this.#started.has(machine)) return;
        try {
            const slow = slowBootIn(await boots.boots(machine));
            if (slow && this.#started.has(machine))
                notifications.amend(noticeId(machine), slowBootSentence(slow));
        } catch (error) {
            // Without a record of its starts nothing is usual.
            if (!(error instanceof HandoverError)) throw error;
        }
    }

    #buttons(machine: Machine, happening: Happening, notice: Notice): NotificationButton[] {
        const {error} = happening;
        const buttons = notice.buttons.map(({label, action}) => ({
            label,
            pressed: () => this.#perform(machine, happening, action),
        }));
        if (!(error instanceof CardHeldError)) return buttons;
        const choices = this.parts.commands.heldChoices(machine, error);
        return [
            ...choices.map(({label, chosen}) => ({label, pressed: chosen})),
            {label: _('Details'), pressed: () => this.#perform(machine, happening, 'details')},
        ];
    }

    /** @returns null when there is nothing to tell, or nobody to be told */
    #worthTelling(machine: Machine, happening: Happening): Notice | null {
        const {preferences, app, isWatching} = this.parts;
        if (!preferences.notifications || app.looksAt(machine.key)) return null;
        const notice = noticeFor(machine, happening);
        return notice?.urgency === 'normal' && isWatching() ? null : notice;
    }

    #perform(machine: Machine, happening: Happening, action: NoticeAction): void {
        const {app, commands} = this.parts;
        const order = orderOf(action);
        if (action === 'health') {
            app.showHealth(machine.key);
        } else if (order) {
            // The button itself said what is going to happen, so there is no second question.
            commands.run(machine, order.action, order.options);
        } else if (happening.error === undefined) {
            app.showMachine(machine.key);
        } else {
            app.showProblem(machine.key, describeProblem(happening.error));
        }
    }
}

/** That a card has not come back is told by CardNotices, however its machine has ended. */
function isToldOfCard({action, error}: Happening): boolean {
    return (
        action !== 'start' &&
        (error instanceof CardNotBackError ||
            error instanceof CardStuckError ||
            error instanceof CardMoveFailedError)
    );
}

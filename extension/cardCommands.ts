// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from '../shared/gpu/gpu.js';
import type {Rung} from '../shared/gpu/handover/forceBack.js';
import type {HelperClient} from '../shared/gpu/helperClient.js';
import {shortCardName} from '../shared/gpu/words.js';
import {forceBack, returnCard, runTake, takeCard} from '../shared/lending/cardMoves.js';
import {closeHolders} from '../shared/lending/closeHolders.js';
import {CardHeldError, CardNotBackError, HelperMissingError} from '../shared/lending/lendingErrors.js';
import {cardNoticeId} from '../shared/notices/cardNotice.js';
import {Operation} from '../shared/operations/operation.js';
import {CancelledError} from '../shared/platform/errors.js';
import {_, fill} from '../shared/platform/i18n.js';
import {describeProblem} from '../shared/problems/problem.js';
import {APP_ASKER} from './appAsker.js';
import type {CardAction} from './cardActions.js';
import {ConfirmDialog} from './confirmDialog.js';
import type {Dialogs} from './dialogs.js';
import type {HandoverApp} from './handoverApp.js';
import {HeldDialog} from './heldDialog.js';
import {answersTo, shownHolders} from './heldQuestion.js';
import type {Notifications} from './notifications.js';
import type {PanelCards} from './panelCards.js';

interface Parts {
    readonly cards: PanelCards;
    readonly app: HandoverApp;
    readonly dialogs: Dialogs;
    readonly notifications: Notifications;
    /** Whether the user has our menu open, and so sees what happens. */
    readonly isWatching: () => boolean;
}

/** What the user asks of cards, what of it is under way, and what of it went wrong last. */
export class CardCommands {
    readonly #moves = new Map<Gpu, Operation>();
    readonly #failures = new Map<Gpu, unknown>();
    #disposed = false;

    constructor(private readonly parts: Parts) {}

    /** What we are doing with a card; null when that is nothing. */
    moveOf(gpu: Gpu): Operation | null {
        return this.#moves.get(gpu) ?? null;
    }

    /** What went wrong with a card last; null when nothing did, or somebody has seen it. */
    failureOf(gpu: Gpu): unknown {
        return this.#failures.get(gpu) ?? null;
    }

    dismissFailure(gpu: Gpu): void {
        this.#failures.delete(gpu);
        this.parts.cards.changed();
    }

    /** Begins something with a card, unless we are moving it already. */
    run(gpu: Gpu, action: CardAction): void {
        if (action === 'take') this.#begin(gpu, helper => takeCard(gpu, helper));
        else if (action === 'return') this.#begin(gpu, helper => returnCard(gpu, helper));
        else this.#climb(gpu, 'return');
    }

    /** Forces a card back, up to a rung of the ladder. */
    #climb(gpu: Gpu, upTo: Rung): void {
        this.#begin(gpu, helper => forceBack(gpu, helper, upTo));
    }

    /** Closes the programs that hold a card, and takes it. */
    #closeAndTake(gpu: Gpu, {closable}: CardHeldError): void {
        const root = gpu.root;
        this.#begin(
            gpu,
            helper =>
                new Operation('take', async control => {
                    control.step('close');
                    await closeHolders(closable, {force: false, root, apps: APP_ASKER}, control);
                    await runTake(gpu, helper, control, step => control.step(step));
                }),
        );
    }

    dispose(): void {
        this.#disposed = true;
        for (const move of this.#moves.values()) move.abandon();
        this.#moves.clear();
        this.#failures.clear();
    }

    #begin(gpu: Gpu, make: (helper: HelperClient) => Operation): void {
        if (this.#moves.has(gpu)) return;
        const {helper} = this.parts.cards;
        if (!helper) {
            this.#failed(gpu, new HelperMissingError());
            this.parts.cards.changed();
            return;
        }
        const move = make(helper);
        this.#moves.set(gpu, move);
        this.#failures.delete(gpu);
        const changed = (): void => this.parts.cards.changed();
        const handlers = ['notify::step', 'notify::can-cancel'].map(signal => move.connect(signal, changed));
        move.finished()
            .then(
                () => null,
                (error: unknown) => error,
            )
            .then(error => {
                for (const handler of handlers) move.disconnect(handler);
                if (this.#disposed) return;
                this.#moves.delete(gpu);
                if (error !== null && !(error instanceof CancelledError)) this.#failed(gpu, error);
                changed();
            })
            .catch((error: unknown) => console.error(error));
        changed();
    }

    #failed(gpu: Gpu, error: unknown): void {
        if (this.#ask(gpu, error)) return;
        this.#failures.set(gpu, error);
        const {app, notifications, isWatching} = this.parts;
        if (isWatching()) return;
        const problem = describeProblem(error);
        notifications.show({
            id: cardNoticeId(gpu),
            title: problem.title,
            body: problem.body,
            urgency: 'high',
            buttons: [{label: _('Details'), pressed: () => app.showCard(gpu.address)}],
            activated: () => app.showCard(gpu.address),
        });
    }

    /** Asks what to do next, where the person who asked for it has a choice. */
    #ask(gpu: Gpu, error: unknown): boolean {
        const {dialogs} = this.parts;
        if (error instanceof CardHeldError) {
            const {title, body} = describeProblem(error);
            const {app, closable} = answersTo(error);
            const label = app === null ? _('Close all and take') : fill(_('Close {app} and take'), {app});
            const choices = closable ? [{label, chosen: () => this.#closeAndTake(gpu, error)}] : [];
            const holders = shownHolders(error);
            return dialogs.open(new HeldDialog({title, description: body, holders, choices}));
        }
        if (error instanceof CardNotBackError && error.next !== 'reboot') {
            const next = error.next;
            return dialogs.open(
                new ConfirmDialog({
                    title: fill(_('Force {card} back?'), {card: shortCardName(gpu)}),
                    description: rungDescription(next),
                    confirmLabel: rungLabel(next),
                    confirmed: () => this.#climb(gpu, next),
                }),
            );
        }
        return false;
    }
}

/** What a rung of the ladder does, and what it costs. */
function rungDescription(rung: Rung): string {
    switch (rung) {
        case 'return':
            return _('Handover gives the card back to its Linux driver once more.');
        case 'rescan':
            return _(
                'To bind its driver was not enough. Handover can take the card off the bus and have Linux find it anew, as if it had just been plugged in.',
            );
        case 'suspend':
            return _(
                'To find it anew was not enough. The computer can sleep for a moment and wake up, which resets the card. Save your work first.',
            );
    }
}

function rungLabel(rung: Rung): string {
    switch (rung) {
        case 'return':
            return _('Try again');
        case 'rescan':
            return _('Remove and find again');
        case 'suspend':
            return _('Sleep and wake up');
    }
}

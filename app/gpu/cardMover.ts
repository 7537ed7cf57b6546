// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Gpu} from '../../shared/gpu/gpu.js';
import type {HelperClient} from '../../shared/gpu/helperClient.js';
import type {HolderProcess} from '../../shared/gpu/holders/holderProcess.js';
import {journalDurationLabel} from '../../shared/gpu/journalWords.js';
import {shortCardName} from '../../shared/gpu/words.js';
import {forceBack, returnCard, takeCard} from '../../shared/lending/cardMoves.js';
import {closeHolders} from '../../shared/lending/closeHolders.js';
import {closableApps, type HolderApp} from '../../shared/lending/holderApps.js';
import {CardHeldError, CardNotBackError, HelperMissingError} from '../../shared/lending/lendingErrors.js';
import {Operation} from '../../shared/operations/operation.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {showProblemDialog} from '../hosts/problemDialog.js';
import {askAboutHolders} from '../machines/heldDialog.js';
import type {Window} from '../window.js';
import type {AppCards, CardServices} from './appCards.js';
import type {CardRequests} from './cardControls.js';
import {type CardOffer, nextRung} from './cardOffer.js';
import type {CardTaskKind} from './cardTasks.js';
import {askForRung} from './forceBackDialog.js';
import {holderLook} from './holderLook.js';

/** Does what the buttons of the cards' page ask for: asks first where that is due, and tells what came of it. */
export class CardMover implements CardRequests {
    /** Processes that were asked to close and were still there when their time was up. */
    readonly #deaf = new Set<string>();
    readonly #uid = new Gio.Credentials().get_unix_user();

    constructor(
        private readonly window: Window,
        private readonly cards: AppCards,
        private readonly services: CardServices,
    ) {}

    run(gpu: Gpu, action: NonNullable<CardOffer['action']>): void {
        const {owner} = gpu;
        if (action === 'take') void this.#take(gpu);
        else if (action === 'return') void this.#giveBack(gpu);
        else if (action === 'force-back') void this.forceBack(gpu);
        else if (owner.kind === 'machine') this.window.showMachine(owner.machine);
    }

    showDetails(_gpu: Gpu, failure: unknown): void {
        showProblemDialog(this.window, describeProblem(failure));
    }

    /** Asks for the next rung of the ladder, climbs it, and asks again as long as that does not help. */
    async forceBack(gpu: Gpu): Promise<void> {
        const {tasks} = this.cards;
        for (;;) {
            if (tasks.operationOf(gpu)) return;
            const rung = nextRung(tasks.failureOf(gpu));
            const wanted = await askForRung(this.window, shortCardName(gpu), rung);
            if (!wanted || rung === 'reboot') return;
            const operation = this.#moving('force-back', helper => forceBack(gpu, helper, rung));
            if (await tasks.run(gpu, operation)) {
                this.#toastBack(gpu, null);
                return;
            }
            if (!(tasks.failureOf(gpu) instanceof CardNotBackError)) return;
        }
    }

    /** Only what belongs to the person is theirs to close, and the desktop is not meant by that. */
    mayClose(process: HolderProcess): boolean {
        return this.#closable(process).length > 0;
    }

    mayForce(process: HolderProcess): boolean {
        return this.#deaf.has(keyOf(process));
    }

    /** Asks a process to close; one that has not is marked, so that force is offered for it. */
    async close(gpu: Gpu, process: HolderProcess): Promise<void> {
        const {name} = holderLook(process);
        if (!(await this.#closeNow(gpu, process, false))) return;
        if (await this.#stillHolds(gpu, process)) {
            this.#deaf.add(keyOf(process));
            this.window.toast(fill(_('{name} has not closed'), {name}));
        } else {
            this.window.toast(fill(_('{name} was closed'), {name}));
        }
    }

    /** Ends a process at once, after asking. */
    async forceQuit(gpu: Gpu, process: HolderProcess): Promise<void> {
        const {name} = holderLook(process);
        const dialog = new Adw.AlertDialog({
            heading: _('Force the program to quit?'),
            default_response: 'cancel',
            close_response: 'cancel',
        });
        dialog.body = fill(_('{name} was asked to close and has not. What is not saved in it is lost.'), {
            name,
        });
        dialog.add_response('cancel', _('Cancel'));
        dialog.add_response('do', _('Force quit'));
        dialog.set_response_appearance('do', Adw.ResponseAppearance.DESTRUCTIVE);
        const response = await new Promise<string>(resolve => {
            dialog.connect('response', (_dialog, chosen: string) => resolve(chosen));
            dialog.present(this.window);
        });
        if (response !== 'do') return;
        if (!(await this.#closeNow(gpu, process, true))) return;
        if (!(await this.#stillHolds(gpu, process))) this.#deaf.delete(keyOf(process));
    }

    async #stillHolds(gpu: Gpu, process: HolderProcess): Promise<boolean> {
        const {processes} = await this.services.cards.findHolders(gpu);
        return processes.some(one => keyOf(one) === keyOf(process));
    }

    async #take(gpu: Gpu): Promise<void> {
        const {tasks} = this.cards;
        const take = this.#moving('take', helper => takeCard(gpu, helper));
        for (let asked = false; ; asked = true) {
            if (await tasks.run(gpu, take)) {
                this.window.toast(fill(_('Ready for a machine: {card}'), {card: shortCardName(gpu)}));
                return;
            }
            const failure = tasks.failureOf(gpu);
            if (!(failure instanceof CardHeldError)) return;
            tasks.dismiss(gpu);
            const answer = await askAboutHolders(this.window, failure, {machine: null, asked});
            if (answer !== 'close' && answer !== 'force-close') return;
            const force = answer === 'force-close';
            const closed = await tasks.run(gpu, this.#closing(failure.closable, force));
            // Those that have not closed are asked about once more when the card is still held.
            if (!closed) return;
        }
    }

    async #giveBack(gpu: Gpu): Promise<void> {
        const startedAt = GLib.get_monotonic_time();
        const operation = this.#moving('return', helper => returnCard(gpu, helper));
        if (await this.cards.tasks.run(gpu, operation))
            this.#toastBack(gpu, (GLib.get_monotonic_time() - startedAt) / 1000);
    }

    #toastBack(gpu: Gpu, ms: number | null): void {
        const card = shortCardName(gpu);
        this.window.toast(
            ms === null
                ? fill(_('Back with Linux: {card}'), {card})
                : fill(_('Back with Linux after {time}: {card}'), {card, time: journalDurationLabel(ms)}),
        );
    }

    async #closeNow(gpu: Gpu, process: HolderProcess, force: boolean): Promise<boolean> {
        return this.cards.tasks.run(gpu, this.#closing(this.#closable(process), force));
    }

    #closing(apps: readonly HolderApp[], force: boolean): () => Operation<'close'> {
        const {root} = this.services.cards;
        return () =>
            new Operation('close', control => {
                control.step('close');
                return closeHolders(apps, {force, root}, control);
            });
    }

    #closable(process: HolderProcess): HolderApp[] {
        return closableApps({processes: [process]}, this.#uid);
    }

    /** What asks the helper; without a system bus there is none to ask. */
    #moving<Kind extends CardTaskKind>(
        kind: Kind,
        begin: (helper: HelperClient) => Operation<Kind>,
    ): () => Operation<Kind> {
        const {helper} = this.services;
        return () =>
            helper ? begin(helper) : new Operation(kind, () => Promise.reject(new HelperMissingError()));
    }
}

/** A number that is given out anew is another process. */
function keyOf({pid, startTicks}: HolderProcess): string {
    return `${pid} ${startTicks}`;
}

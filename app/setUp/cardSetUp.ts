// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import type Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import {REMEDIES} from '../../shared/definition/error43.js';
import {FollowedCards} from '../../shared/gpu/followedCards.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {APP_PATH} from '../../shared/names.js';
import type {Operation} from '../../shared/operations/operation.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {_, fill, oneLine} from '../../shared/platform/i18n.js';
import {describeProblem, type Problem} from '../../shared/problems/problem.js';
import {choosableCards} from '../../shared/setUp/cardChoice.js';
import {isSetUp, runChecks} from '../../shared/setUp/checks.js';
import {ruleFile} from '../../shared/setUp/desktopChecks.js';
import {
    afterwards,
    changeLabel,
    planSetUp,
    type SetUpOptions,
    type SetUpPlan,
} from '../../shared/setUp/plan.js';
import {checkRomFile} from '../../shared/setUp/romFile.js';
import {NothingToLendError} from '../../shared/setUp/setUpErrors.js';
import {collectFacts, readTree, type SetUpFacts, type SetUpWorld} from '../../shared/setUp/setUpFacts.js';
import {machineFactsOf, setUpCard} from '../../shared/setUp/setUpRun.js';
import {findLent, planUndo, undoLabels, type UndoPlan, undoSetUp} from '../../shared/setUp/undo.js';
import {setUpStepLabel} from '../../shared/setUp/words.js';
import {showProblemDialog} from '../hosts/problemDialog.js';
import {makeCheckRow, makeLineRow, RowGroup} from './checkRows.js';
import {MachineChoice} from './machineChoice.js';
import type {SetUpStart} from './setUpDialog.js';

/** The page that ends with every check green: what is there, what would be changed, and the button that does it. */
export class CardSetUp extends Adw.Bin {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverCardSetUp',
                Template: `resource://${APP_PATH}/setUp/cardSetUp.ui`,
                InternalChildren: [
                    'banner',
                    'stack',
                    'looking',
                    'nothing',
                    'page',
                    'cardRow',
                    'machineRow',
                    'managedRow',
                    'code43Row',
                    'romRow',
                    'romClear',
                    'checks',
                    'changes',
                    'files',
                    'bar',
                    'undoButton',
                    'stepLabel',
                    'spinner',
                    'applyButton',
                ],
            },
            this,
        );
    }

    declare private readonly _banner: Adw.Banner;
    declare private readonly _stack: Gtk.Stack;
    declare private readonly _looking: Gtk.Widget;
    declare private readonly _nothing: Adw.StatusPage;
    declare private readonly _page: Gtk.Widget;
    declare private readonly _cardRow: Adw.ComboRow;
    declare private readonly _machineRow: Adw.ComboRow;
    declare private readonly _managedRow: Adw.SwitchRow;
    declare private readonly _code43Row: Adw.SwitchRow;
    declare private readonly _romRow: Adw.ActionRow;
    declare private readonly _romClear: Gtk.Button;
    declare private readonly _checks: Adw.PreferencesGroup;
    declare private readonly _changes: Adw.PreferencesGroup;
    declare private readonly _files: Adw.PreferencesGroup;
    declare private readonly _bar: Gtk.Widget;
    declare private readonly _undoButton: Gtk.Button;
    declare private readonly _stepLabel: Gtk.Label;
    declare private readonly _spinner: Gtk.Widget;
    declare private readonly _applyButton: Gtk.Button;

    readonly #rows: Readonly<Record<'checks' | 'changes' | 'files', RowGroup>>;
    readonly #machines: MachineChoice;
    #followed: FollowedCards | null = null;
    #world: SetUpWorld | null = null;
    #cards: readonly Gpu[] = [];
    #rom: string | null = null;
    #plan: SetUpPlan | null = null;
    #undo: UndoPlan | null = null;
    #problem: Problem | null = null;
    #operation: Operation | null = null;
    /** Counts the looks, so that only the last one is shown. */
    #look = 0;
    #filling = false;
    #closed = false;
    readonly #release: (() => void)[] = [];

    constructor(
        private readonly hosts: HostList,
        world: Promise<SetUpWorld>,
        private readonly start: SetUpStart,
    ) {
        super();
        this.#rows = {
            checks: new RowGroup(this._checks),
            changes: new RowGroup(this._changes),
            files: new RowGroup(this._files),
        };
        this.#machines = new MachineChoice(this._machineRow, hosts, _('None: set up Linux only'), () =>
            this.#lookAgain(),
        );
        this.#sync();
        for (const row of [this._managedRow, this._code43Row])
            row.connect('notify::active', () => this.#lookAgain());
        this._cardRow.connect('notify::selected', () => this.#lookAgain());
        this.#open(world).catch((error: unknown) => this.#fail(error));
    }

    /** Ends following. What was begun goes on to its end. */
    close(): void {
        this.#closed = true;
        this.#machines.close();
        for (const release of this.#release.splice(0)) release();
        this.#followed?.close();
        this.#followed = null;
    }

    onLook(): void {
        this.#lookAgain();
    }

    onDetails(): void {
        const root = this.get_root();
        if (this.#problem && root instanceof Gtk.Window) showProblemDialog(root, this.#problem);
    }

    onApply(): void {
        const plan = this.#plan;
        if (!plan || !this.#world) return;
        const {root, system} = this.#world;
        const parts = {root, helper: system?.helper ?? null, machine: this.#machines.machine};
        this.#run(setUpCard(plan, parts));
    }

    onUndo(): void {
        const plan = this.#undo;
        if (!plan) return;
        const dialog = new Adw.AlertDialog({
            heading: _('Take the set-up back?'),
            body: undoLabels(plan).join('\n'),
            close_response: 'cancel',
            default_response: 'cancel',
        });
        dialog.add_response('cancel', _('_Cancel'));
        dialog.add_response('undo', _('_Undo'));
        dialog.set_response_appearance('undo', Adw.ResponseAppearance.DESTRUCTIVE);
        dialog.connect('response', (_dialog, response) => {
            if (response === 'undo') this.#run(undoSetUp(plan, this.#world?.system?.helper ?? null));
        });
        dialog.present(this);
    }

    onRom(): void {
        const root = this.get_root();
        const dialog = new Gtk.FileDialog({title: _('ROM of the card')});
        dialog.open(root instanceof Gtk.Window ? root : null, null, (_dialog, result) => {
            void this.#takeRom(dialog, result);
        });
    }

    onRomClear(): void {
        this.#rom = null;
        this.#lookAgain();
    }

    async #takeRom(dialog: Gtk.FileDialog, result: Gio.AsyncResult): Promise<void> {
        try {
            const path = dialog.open_finish(result)?.get_path() ?? null;
            const gpu = this.#gpu;
            if (path === null || !gpu) return;
            await checkRomFile(path, gpu.facts.display);
            this.#rom = path;
            this.#lookAgain();
        } catch (error) {
            // Closing the dialog is no failure.
            if (
                error instanceof GLib.Error &&
                error.matches(Gtk.dialog_error_quark(), Gtk.DialogError.DISMISSED)
            )
                return;
            this.#fail(error);
        }
    }

    get #gpu(): Gpu | null {
        return this.#cards[this._cardRow.selected] ?? null;
    }

    get #options(): SetUpOptions {
        return {
            managed: this._managedRow.active,
            remedies: this._code43Row.active ? REMEDIES : [],
            rom: this.#rom === null ? {kind: 'default'} : {kind: 'file', path: this.#rom},
        };
    }

    async #open(world: Promise<SetUpWorld>): Promise<void> {
        const [opened, followed] = await Promise.all([world, FollowedCards.open(this.hosts)]);
        if (this.#closed) {
            followed.close();
            return;
        }
        this.#world = opened;
        this.#followed = followed;
        const {list} = followed;
        const handlers = [
            list.connect('items-changed', () => this.#fillCards()),
            list.connect('changed', () => this.#lookAgain()),
        ];
        this.#release.push(() => {
            for (const handler of handlers) list.disconnect(handler);
        });
        await followed.lookOnce();
        await followed.includeStopped();
        if (this.#closed) return;
        this.#fillCards();
        this.#machines.choose(this.start.machine ?? this.#claimant());
        this.#lookAgain();
    }

    /** The machines that may have something of the card, without reading the definitions of all others again. */
    #claimants({claims}: Gpu, chosen: Machine | null): Machine[] {
        const claiming = claims.flatMap(({machine}) => this.hosts.byKey(machine) ?? []);
        return [...new Set([...(chosen ? [chosen] : []), ...claiming])];
    }

    /** The machine that has the card already, when there is one. */
    #claimant(): Machine | null {
        const [claim] = this.#gpu?.claims ?? [];
        return claim ? (this.hosts.byKey(claim.machine) ?? null) : null;
    }

    #fillCards(): void {
        const gpus = this.#followed?.list.gpus ?? [];
        const address = this.#gpu?.address ?? this.start.card;
        this.#filling = true;
        this.#cards = choosableCards(gpus);
        this._cardRow.model = Gtk.StringList.new(
            this.#cards.map(card => `${oneLine(card.name)} (${card.address})`),
        );
        const index = this.#cards.findIndex(card => card.address === address);
        if (this.#cards.length > 0) this._cardRow.selected = Math.max(0, index);
        this.#filling = false;
        if (this.#cards.length === 0) {
            const {title, body} = describeProblem(new NothingToLendError(gpus[0] ?? null));
            this._nothing.title = title;
            this._nothing.description = GLib.markup_escape_text(body, -1);
        }
        this.#lookAgain();
    }

    #lookAgain(): void {
        if (this.#filling || this.#closed || !this.#world) return;
        const gpu = this.#gpu;
        const look = ++this.#look;
        if (!gpu) {
            this.#plan = null;
            this.#sync();
            return;
        }
        this.#lookAt(this.#world, gpu, look).catch((error: unknown) => this.#fail(error));
    }

    async #lookAt(world: SetUpWorld, gpu: Gpu, look: number): Promise<void> {
        const {machine} = this.#machines;
        const tree = await readTree(world.root);
        const chosen = machine && (await machineFactsOf(machine));
        const facts = await collectFacts(world, tree, gpu.facts, gpu.name, chosen);
        const lent = await findLent(this.#claimants(gpu, machine), gpu, tree.cards);
        if (look !== this.#look || this.#closed) return;
        this.#plan = planSetUp(facts, runChecks(facts), this.#options);
        this.#undo = undoPlan(gpu, facts, lent);
        this.#showFiles(facts);
        this.#sync();
    }

    #showFiles({helper}: SetUpFacts): void {
        const files = helper.there ? helper.files : [];
        this.#rows.files.show(files, () => files.map(path => makeLineRow(path, 'text-x-generic-symbolic')));
    }

    #run(operation: Operation): void {
        this.#operation = operation;
        this.#tell(null);
        const id = operation.connect('notify::step', () => this.#sync());
        this.#sync();
        operation
            .finished()
            .catch((error: unknown) => {
                if (!(error instanceof CancelledError)) this.#fail(error);
            })
            .finally(() => {
                operation.disconnect(id);
                this.#operation = null;
                if (!this.#closed) this.#sync();
                this.#lookAgain();
            });
    }

    #fail(error: unknown): void {
        if (!this.#closed) this.#tell(describeProblem(error));
    }

    #tell(problem: Problem | null): void {
        this.#problem = problem;
        if (problem) this._banner.title = `${problem.title}. ${oneLine(problem.body, 400)}`;
        this._banner.revealed = problem !== null;
    }

    #sync(): void {
        const plan = this.#plan;
        const running = this.#operation !== null;
        const opened = this.#world !== null && this.#followed?.list.filled === true;
        this._stack.visible_child =
            opened && this.#cards.length === 0 ? this._nothing : plan ? this._page : this._looking;
        this._bar.visible = plan !== null;
        this._code43Row.visible = this.#gpu?.numbers.vendor === '10de';
        this._romRow.subtitle = this.#rom ?? _('The one of the card');
        this._romClear.visible = this.#rom !== null;
        this._applyButton.sensitive = !running && plan !== null && canApply(plan);
        this._undoButton.sensitive = !running && this.#undo !== null && undoLabels(this.#undo).length > 0;
        this._spinner.visible = running;
        for (const row of [this._cardRow, this._machineRow]) row.sensitive = !running;
        this._stepLabel.label = running
            ? setUpStepLabel(this.#operation?.step ?? '')
            : plan
              ? stateText(plan)
              : '';
        if (!plan) return;
        const {checks, changes} = plan;
        this.#rows.checks.show(checks, () => checks.map(makeCheckRow));
        const labels = changes.map(change => changeLabel(change, plan.machineName ?? ''));
        const after = afterwards(plan);
        this.#rows.changes.show([labels, after], () => [
            ...labels.map(label => makeLineRow(label, 'document-edit-symbolic')),
            ...after.map(text => makeLineRow(text, 'system-log-out-symbolic', _('Afterwards, by you'))),
        ]);
        this._changes.title = labels.length > 0 ? _('What would be changed') : _('What is left to do');
    }
}

function canApply({changes, obstacles}: SetUpPlan): boolean {
    return changes.length > 0 && obstacles.length === 0;
}

function stateText(plan: SetUpPlan): string {
    if (plan.obstacles.length > 0) return _('Something stands in the way');
    if (plan.changes.length > 0) return '';
    return isSetUp(plan.checks) ? fill(_('{card} is set up'), {card: plan.card.name}) : '';
}

function undoPlan(gpu: Gpu, facts: SetUpFacts, lent: Parameters<typeof planUndo>[3]): UndoPlan {
    return planUndo(gpu, facts.helper.there ? facts.helper.files : [], ruleFile(facts), lent);
}

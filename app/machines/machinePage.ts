// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import {type DomainState, isActive} from '../../shared/libvirt/domainState.js';
import {losesUnsaved, type MachineAction} from '../../shared/machines/actions.js';
import {CardHeldError} from '../../shared/lending/lendingErrors.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {actionIcon, actionLabel, machineLabel, stateLabel} from '../../shared/machines/words.js';
import {APP_PATH} from '../../shared/names.js';
import {_, fill, oneLine} from '../../shared/platform/i18n.js';
import {describeProblem, type Problem} from '../../shared/problems/problem.js';
import {HealthView} from '../health/healthView.js';
import {showProblemDialog} from '../hosts/problemDialog.js';
import type {AppFigures} from '../metrics/appFigures.js';
import {BootsGroup} from '../metrics/bootsGroup.js';
import {GraphGroup} from '../metrics/graphGroup.js';
import {nameMenuItems} from '../widgets/namedMenu.js';
import type {Window} from '../window.js';
import type {AppCards} from '../gpu/appCards.js';
import {CardSettings} from './cardSettings.js';
import {LogView} from './logView.js';
import type {MachineActions} from './machineActions.js';
import {Followed} from './follow.js';
import {MachineFacts} from './machineFacts.js';
import type {MachineLog} from './machineLog.js';
import {MachineSettings} from './machineSettings.js';
import {MachineSettingsDisplay} from './machineSettingsDisplay.js';
import {OperationBar} from './operationBar.js';
import {showState} from './stateLook.js';

for (const type of [
    BootsGroup,
    CardSettings,
    HealthView,
    GraphGroup,
    LogView,
    MachineFacts,
    MachineSettings,
    MachineSettingsDisplay,
    OperationBar,
])
    GObject.type_ensure(type.$gtype);

/** Everything about one machine: its state and what to do with it, its definition, its log. */
export class MachinePage extends Adw.NavigationPage {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverMachinePage',
                Template: `resource://${APP_PATH}/machines/machinePage.ui`,
                InternalChildren: [
                    'banner',
                    'stack',
                    'scroller',
                    'stateIcon',
                    'name',
                    'state',
                    'problemText',
                    'button',
                    'onlyButton',
                    'operation',
                    'graphs',
                    'boots',
                    'facts',
                    'cardSettings',
                    'settings',
                    'displaySettings',
                    'health',
                    'healthPage',
                    'log',
                ],
            },
            this,
        );
    }

    declare private readonly _banner: Adw.Banner;
    declare private readonly _stack: Adw.ViewStack;
    declare private readonly _scroller: Gtk.ScrolledWindow;
    declare private readonly _stateIcon: Gtk.Image;
    declare private readonly _name: Gtk.Label;
    declare private readonly _state: Gtk.Label;
    declare private readonly _problemText: Gtk.Label;
    declare private readonly _button: Adw.SplitButton;
    declare private readonly _onlyButton: Gtk.Button;
    declare private readonly _operation: OperationBar;
    declare private readonly _graphs: GraphGroup;
    declare private readonly _boots: BootsGroup;
    declare private readonly _facts: MachineFacts;
    declare private readonly _cardSettings: CardSettings;
    declare private readonly _settings: MachineSettings;
    declare private readonly _displaySettings: MachineSettingsDisplay;
    declare private readonly _health: HealthView;
    declare private readonly _healthPage: Adw.ViewStackPage;
    declare private readonly _log: LogView;

    #problem: Problem | null = null;
    /** The actions that are in the drop-down. */
    #menuFor = '';
    readonly #followed = new Followed(
        [
            'state',
            'reason',
            'transition',
            'failing',
            'since',
            'name',
            'short-name',
            'title',
            'details-loaded',
        ].map(property => `notify::${property}`),
        () => this.#sync(),
    );

    constructor(
        private readonly window: Window,
        private readonly actions: MachineActions,
        private readonly log: MachineLog,
        private readonly cards: AppCards,
        hosts: HostList,
        private readonly figures: AppFigures,
    ) {
        super();
        this._health.open(window, hosts);
        this._health.onAttention = needed => {
            this._healthPage.needs_attention = needed;
        };
        for (const settings of [this._settings, this._displaySettings, this._cardSettings])
            settings.onFailed = (problem: Problem): void => window.toast(problem.title);
        actions.onShowLog = () => {
            this._stack.visible_child_name = 'log';
        };
        actions.onShowHealth = () => {
            this._stack.visible_child_name = 'health';
        };
    }

    /** The machine that is shown. */
    get machine(): Machine | null {
        return this.#followed.machine;
    }

    set machine(machine: Machine | null) {
        if (!this.#followed.set(machine)) return;
        this._operation.machine = machine;
        this._graphs.follow(machine, this.figures, this.cards);
        this._boots.follow(machine, this.figures.boots);
        this._facts.machine = machine;
        this._cardSettings.follow(machine, this.cards);
        this._settings.machine = machine;
        this._displaySettings.machine = machine;
        this._health.machine = machine;
        this._log.follow(machine, this.log);
        if (!machine) return;

        this._scroller.vadjustment.value = 0;
        this.#sync();
        machine.loadDetails().catch((error: unknown) => {
            if (machine === this.machine && !machine.isGone) this.window.toast(describeProblem(error).title);
        });
    }

    onBanner(): void {
        const machine = this.machine;
        const problem = this.#problem;
        if (!machine || !problem) return;
        switch (problem.remedy) {
            case 'force-off':
            case 'reset':
                this.actions.run(machine, problem.remedy);
                break;
            case 'close-holders':
            case 'force-close-holders':
            case 'start-when-free':
                if (machine.failure?.error instanceof CardHeldError)
                    void this.actions.askAboutCard(machine, machine.failure.error);
                break;
            default:
                showProblemDialog(this, problem);
                machine.dismissFailure();
        }
    }

    #sync(): void {
        const machine = this.machine;
        if (!machine) return;
        const label = oneLine(machineLabel(machine));
        this.title = label;
        this._name.label = label;
        this._state.label = stateSentence(machine);
        showState(this._stateIcon, machine);

        this.#syncButtons(machine);
        this.#problem = machine.failure ? describeProblem(machine.failure.error) : null;
        if (this.#problem) {
            this._banner.title = this.#problem.title;
            this._problemText.label = this.#problem.body;
            this._banner.button_label = remedyLabel(this.#problem);
        }
        this._problemText.visible = this.#problem !== null;
        this._banner.revealed = this.#problem !== null;
    }

    /** The obvious action, with a drop-down where there are others. */
    #syncButtons(machine: Machine): void {
        const {obvious} = machine;
        const others = machine.actions.filter(action => action !== obvious);
        const icon_name = obvious ? actionIcon(obvious) : 'content-loading-symbolic';
        const label = obvious ? actionLabel(obvious) : stateLabel(machine);
        const shown = others.length > 0 ? this._button : this._onlyButton;
        shown.child = new Adw.ButtonContent({icon_name, label});
        for (const button of [this._button, this._onlyButton]) {
            button.visible = button === shown;
            if (obvious === 'start' || obvious === 'resume' || obvious === 'wake')
                button.add_css_class('suggested-action');
            else button.remove_css_class('suggested-action');
        }
        const wanted = [machine.state, ...others].join(' ');
        if (wanted === this.#menuFor) return;
        this.#menuFor = wanted;
        this._button.menu_model = menuOf(others, machine.state);
        nameMenuItems(this._button.popover);
    }
}

/** What the drop-down offers: first what is gentle, then what is not. */
function menuOf(actions: readonly MachineAction[], state: DomainState): Gio.Menu {
    const menu = new Gio.Menu();
    if (isActive(state)) menu.append(_('Open display'), 'machine.open-display');
    for (const harsh of [false, true]) {
        const section = new Gio.Menu();
        for (const action of actions)
            if (losesUnsaved(action, state) === harsh)
                section.append(`${actionLabel(action)}${harsh ? '…' : ''}`, `machine.${action}`);
        if (section.get_n_items() > 0) menu.append_section(null, section);
    }
    return menu;
}

function remedyLabel({remedy}: Problem): string {
    if (remedy === 'force-off') return _('Force off…');
    if (remedy === 'reset') return _('Reset…');
    if (remedy === 'close-holders' || remedy === 'force-close-holders' || remedy === 'start-when-free')
        return _('Choose…');
    return _('Details');
}

/** The state, and since when; an absolute time, which needs no clock to stay true. */
function stateSentence(machine: Machine): string {
    const label = stateLabel(machine);
    if (machine.since === 0 || machine.transition !== '') return label;
    const since = GLib.DateTime.new_from_unix_local(Math.floor(machine.since / 1000));
    const today = GLib.DateTime.new_now_local();
    const sameDay =
        since.get_year() === today.get_year() && since.get_day_of_year() === today.get_day_of_year();
    const time = since.format(sameDay ? '%X' : '%x %X') ?? '';
    return fill(_('{state} since {time}'), {state: label, time});
}

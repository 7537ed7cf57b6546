// SPDX-License-Identifier: GPL-3.0-or-later
import {
    PopupMenuItem,
    type PopupMenuBase,
    PopupSeparatorMenuItem,
} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import {unwell} from '../shared/health/unwell.js';
import {losesUnsaved, type MachineAction} from '../shared/machines/actions.js';
import {CardHeldError} from '../shared/lending/lendingErrors.js';
import type {Machine} from '../shared/machines/machine.js';
import {actionLabel} from '../shared/machines/words.js';
import type {Bottleneck} from '../shared/metrics/bottleneck.js';
import type {Operation} from '../shared/operations/operation.js';
import {_} from '../shared/platform/i18n.js';
import {describeProblem} from '../shared/problems/problem.js';
import type {Preferences} from '../shared/settings/preferences.js';
import type {HandoverApp} from './handoverApp.js';
import {containsFocus} from './keyFocus.js';
import type {MachineCommands} from './machineCommands.js';
import type {MachineFigures} from './machineFigures.js';
import {cancellableOf} from './machineState.js';
import {SentenceItem} from './sentenceItem.js';

export interface SubmenuParts {
    readonly preferences: Preferences;
    readonly app: HandoverApp;
    readonly commands: MachineCommands;
    readonly figures: MachineFigures;
}

/** The order in which a machine's menu lists what can be done. */
const LISTED: readonly MachineAction[] = [
    'start',
    'resume',
    'wake',
    'shutdown',
    'reboot',
    'pause',
    'save',
    'reset',
    'force-off',
];

/** A menu with everything that can be done with a machine now. */
export class MachineSubmenu {
    /** What the menu was made from, to see when it is out of date. */
    #offered: readonly unknown[] = [];
    /** Its last item, so that nothing moves under the pointer when it comes and goes. */
    #bottleneck: SentenceItem | null = null;
    #lastKind: Bottleneck['kind'] = 'unknown';
    /** What a screen reader was told of. */
    #said: Bottleneck['kind'] | null = null;
    #disposed = false;

    /** @param menu it becomes the menu's only content */
    constructor(
        private readonly menu: PopupMenuBase,
        private readonly parts: SubmenuParts,
    ) {}

    /**
     * Makes the menu anew if it is out of date; else it stays as it is, under the pointer and with the focus.
     *
     * @returns whether the key focus was on something that is gone
     */
    update(machine: Machine): boolean {
        const offer = offerOf(machine, this.parts);
        if (offer.length === this.#offered.length && offer.every((one, at) => one === this.#offered[at]))
            return false;
        this.#offered = offer;
        const focused = containsFocus(this.menu.actor);
        fill(this.menu, machine, this.parts);
        this.#bottleneck = new SentenceItem('');
        this.#bottleneck.visible = false;
        this.#said = null;
        this.menu.addMenuItem(this.#bottleneck);
        return focused;
    }

    /** Says what holds the machine back, as soon as two answers agree on it. */
    followBottleneck(machine: Machine): void {
        this.parts.figures
            .bottleneckOf(machine)
            .then(bottleneck => this.#say(bottleneck))
            .catch((error: unknown) => console.error(error));
    }

    /** The menu is there no more. */
    dispose(): void {
        this.#disposed = true;
        this.#bottleneck = null;
    }

    #say(bottleneck: Bottleneck | null): void {
        const item = this.#bottleneck;
        if (this.#disposed || !item) return;
        const {kind, sentence} = bottleneck ?? NOT_KNOWN;
        const sure = kind === this.#lastKind;
        this.#lastKind = kind;
        if (!sure) return;
        if (kind === 'nothing' || kind === 'unknown') {
            // The focus must not stay on what has gone.
            item.visible = item.visible && containsFocus(item);
            this.#said = null;
            return;
        }
        item.say(`${_('What holds it back')}\n${sentence}`, kind === this.#said);
        item.visible = true;
        this.#said = kind;
    }
}

const NOT_KNOWN = {kind: 'unknown', sentence: ''} as const;

function offerOf(machine: Machine, {preferences}: SubmenuParts): readonly unknown[] {
    const {key, state, failure, actions} = machine;
    return [
        machine,
        key,
        state,
        failure,
        unwell(machine),
        saveOf(machine),
        cancellableOf(machine),
        preferences.isPinned(key),
        preferences.chosenMachine === key,
        ...actions,
    ];
}

function fill(menu: PopupMenuBase, machine: Machine, parts: SubmenuParts): void {
    const {preferences, app, commands} = parts;
    const {key} = machine;
    menu.removeAll();
    const add = (label: string, activated: () => void): void => {
        const item = new PopupMenuItem(label);
        item.connect('activate', activated);
        menu.addMenuItem(item);
    };

    if (machine.failure) {
        const problem = describeProblem(machine.failure.error);
        menu.addMenuItem(new SentenceItem(problem.body));
        const {error} = machine.failure;
        if (error instanceof CardHeldError)
            for (const {label, chosen} of commands.heldChoices(machine, error)) add(label, chosen);
        add(_('Details'), () => app.showProblem(key, problem));
        add(_('Dismiss'), () => commands.dismissFailure(machine));
        menu.addMenuItem(new PopupSeparatorMenuItem());
    }
    const trouble = unwell(machine);
    if (trouble !== null && !machine.failure) {
        menu.addMenuItem(new SentenceItem(trouble));
        menu.addMenuItem(new PopupSeparatorMenuItem());
    }
    const save = saveOf(machine);
    if (save) add(_('Cancel saving'), () => void save.cancel());
    const start = cancellableOf(machine);
    if (start) add(_('Cancel starting'), () => void start.cancel());
    for (const action of LISTED) {
        if (machine.actions.includes(action))
            add(labelOf(action, machine), () => commands.ask(machine, action));
    }
    if (machine.active) add(_('Open display'), () => commands.openDisplayOf(machine));
    menu.addMenuItem(new PopupSeparatorMenuItem());
    if (preferences.isPinned(key)) add(_('Unpin'), () => preferences.setPinned(key, false));
    else add(_('Pin to the top'), () => preferences.setPinned(key, true));
    if (preferences.chosenMachine === key)
        add(_('Do not use for shortcuts'), () => (preferences.chosenMachine = ''));
    else add(_('Use for shortcuts'), () => (preferences.chosenMachine = key));
    add(_('Health'), () => app.showHealth(key));
    add(_('Show in Handover'), () => app.showMachine(key));
}

/** The saving of its memory that goes on: it takes as long as the disk needs, and can be called off. */
function saveOf({operation}: Machine): Operation | null {
    return operation?.kind === 'save' && operation.canCancel ? operation : null;
}

/** An ellipsis says that a question follows. */
function labelOf(action: MachineAction, {state}: Machine): string {
    return losesUnsaved(action, state) ? `${actionLabel(action)}…` : actionLabel(action);
}

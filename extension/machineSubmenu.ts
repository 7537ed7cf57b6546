// SPDX-License-Identifier: GPL-3.0-or-later
import {
    PopupMenuItem,
    type PopupMenuBase,
    PopupSeparatorMenuItem,
} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import {losesUnsaved, type MachineAction} from '../shared/machines/actions.js';
import {CardHeldError} from '../shared/lending/lendingErrors.js';
import type {Machine} from '../shared/machines/machine.js';
import {actionLabel} from '../shared/machines/words.js';
import type {Operation} from '../shared/operations/operation.js';
import {_} from '../shared/platform/i18n.js';
import {describeProblem} from '../shared/problems/problem.js';
import type {Preferences} from '../shared/settings/preferences.js';
import type {HandoverApp} from './handoverApp.js';
import {containsFocus} from './keyFocus.js';
import type {MachineCommands} from './machineCommands.js';
import {cancellableOf} from './machineState.js';
import {SentenceItem} from './sentenceItem.js';

export interface SubmenuParts {
    readonly preferences: Preferences;
    readonly app: HandoverApp;
    readonly commands: MachineCommands;
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
        return focused;
    }
}

function offerOf(machine: Machine, {preferences}: SubmenuParts): readonly unknown[] {
    const {key, state, failure, actions} = machine;
    return [
        machine,
        key,
        state,
        failure,
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

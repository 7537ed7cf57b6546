// SPDX-License-Identifier: GPL-3.0-or-later
import type {DomainState} from '../libvirt/domainState.js';

/** What can be asked of a machine. */
export const MACHINE_ACTIONS = [
    'start',
    'shutdown',
    'reboot',
    'reset',
    'pause',
    'resume',
    'force-off',
    'save',
    'wake',
] as const;
export type MachineAction = (typeof MACHINE_ACTIONS)[number];

/** Whether a word from outside, such as a notification's button, is an action. */
export function isMachineAction(word: string): word is MachineAction {
    return (MACHINE_ACTIONS as readonly string[]).includes(word);
}

/** What a machine is doing while an operation runs on it. */
export type Transition =
    'starting' | 'stopping' | 'restarting' | 'pausing' | 'resuming' | 'saving' | 'waking';

const POSSIBLE: Readonly<Record<DomainState, readonly MachineAction[]>> = {
    nostate: ['start', 'force-off'],
    running: ['shutdown', 'reboot', 'reset', 'pause', 'force-off', 'save'],
    blocked: ['shutdown', 'reboot', 'reset', 'pause', 'force-off', 'save'],
    paused: ['resume', 'reset', 'force-off', 'save'],
    shutdown: ['force-off'],
    shutoff: ['start'],
    // A guest that crashed and was kept has nothing left to lose: starting it ends what is left of it first.
    crashed: ['start', 'reset', 'force-off'],
    pmsuspended: ['wake', 'force-off'],
};

const OBVIOUS: Readonly<Record<DomainState, MachineAction>> = {
    nostate: 'start',
    running: 'shutdown',
    blocked: 'shutdown',
    paused: 'resume',
    shutdown: 'force-off',
    shutoff: 'start',
    crashed: 'start',
    pmsuspended: 'wake',
};

const TRANSITIONS: Readonly<Record<MachineAction, Transition>> = {
    start: 'starting',
    shutdown: 'stopping',
    reboot: 'restarting',
    reset: 'restarting',
    pause: 'pausing',
    resume: 'resuming',
    'force-off': 'stopping',
    save: 'saving',
    wake: 'waking',
};

/** What makes sense in a state when nothing else is under way. */
export function possibleActions(state: DomainState): readonly MachineAction[] {
    return POSSIBLE[state];
}

/** The one action that a row's button offers. */
export function obviousAction(state: DomainState): MachineAction {
    return OBVIOUS[state];
}

/** What the machine is doing while the action runs. */
export function transitionOf(action: MachineAction): Transition {
    return TRANSITIONS[action];
}

/**
 * Whether an action may begin while another runs on the same machine. It ends the other one then.
 *
 * Only what cuts through is allowed: switching off always, and a reset of a guest that does not listen.
 */
export function supersedes(action: MachineAction, running: MachineAction): boolean {
    if (action === 'force-off') return running !== 'force-off';
    if (action === 'reset') return running === 'shutdown' || running === 'reboot';
    return false;
}

/** What is under way on a machine. */
export interface UnderWay {
    readonly kind: MachineAction;
    readonly step: string;
}

/** Steps of a start in which the machine runs already, so that nothing need wait for it. */
const RUNS_ALREADY: ReadonlySet<string> = new Set(['ready', 'open']);

/** Whether an action may begin while something is under way, given that the machine's state allows it. */
export function mayBegin(action: MachineAction, {kind, step}: UnderWay): boolean {
    return supersedes(action, kind) || (kind === 'start' && RUNS_ALREADY.has(step));
}

/** What makes sense in a state, given what is under way. A start can always be cut off. */
export function actionsDuring(state: DomainState, underWay: UnderWay | null): readonly MachineAction[] {
    const possible = possibleActions(state);
    if (underWay === null) return possible;
    const through = possible.filter(action => mayBegin(action, underWay));
    return underWay.kind === 'start' && !through.includes('force-off') ? [...through, 'force-off'] : through;
}

/** Whether an action loses what the guest has not saved, so that it is asked about. A crashed guest has nothing left. */
export function losesUnsaved(action: MachineAction, state: DomainState): boolean {
    return (action === 'force-off' || action === 'reset') && state !== 'crashed';
}

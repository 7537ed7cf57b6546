// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';

/** How a question was answered. `unknown`: it could not be measured, which is neither good nor bad. */
export type FindingStatus = 'ok' | 'failed' | 'unknown';

/** `hard`: nothing goes without it. `warning`: something will go wrong. `advice`: it could be better. */
export type Severity = 'hard' | 'warning' | 'advice';

/** What tells that an answer may be another now; a face that follows these asks again by itself. */
export type Topic = 'cards' | 'machines' | 'libvirt' | 'helper' | 'session';

/** What can be done about a finding. Each has its opposite; see {@link opposite}. */
export type FixAction =
    | {readonly kind: 'install-guard' | 'remove-guard'}
    | {readonly kind: 'install-rule' | 'remove-rule' | 'give-back' | 'take'; readonly card: string};

/** The answer to a question about one thing. */
export interface Verdict {
    readonly status: FindingStatus;
    /** What it is about, where a question is asked of several: a card's address, a machine's name. */
    readonly about: string | null;
    /** What was read; for `unknown` why it could not be. */
    readonly evidence: string;
    /** What to do about it; empty when all is well. */
    readonly fix: string;
    readonly action: FixAction | null;
}

/** A verdict with the question. */
export interface Finding extends Verdict {
    readonly id: string;
    readonly title: string;
    readonly severity: Severity;
    readonly lasting: boolean;
}

/** One question, as it is written down. `F` is what it rests on. */
export interface Question<W, F> {
    /** Never changes: scripts ask by it. */
    readonly id: string;
    /** A few words, as a heading. */
    readonly title: () => string;
    /** A fact of the computer, and not of the moment. */
    readonly lasting: boolean;
    readonly severity: Severity;
    /** After this it could not be measured, in milliseconds. */
    readonly limitMs: number;
    readonly changesWith: readonly Topic[];
    /** Reads what the answer rests on, and changes nothing. It may be given up at any time. */
    readonly read: (world: W, given: Gio.Cancellable) => Promise<F>;
    /** A pure function. None where the question does not arise. */
    readonly judge: (facts: F) => readonly Verdict[];
}

/** One question that can be put to a world. */
export interface Check<W> extends Omit<Question<W, unknown>, 'read' | 'judge'> {
    readonly ask: (world: W, given: Gio.Cancellable) => Promise<readonly Verdict[]>;
}

/** Makes a check of a question, so that those that rest on different facts stand in one list. */
export function check<W, F>({read, judge, ...rest}: Question<W, F>): Check<W> {
    return {...rest, ask: async (world, given) => judge(await read(world, given))};
}

export function ok(evidence: string, about: string | null = null): Verdict {
    return {status: 'ok', about, evidence, fix: '', action: null};
}

export function failed(
    evidence: string,
    fix: string,
    {about = null, action = null}: Partial<Pick<Verdict, 'about' | 'action'>> = {},
): Verdict {
    return {status: 'failed', about, evidence, fix, action};
}

/** @param why it could not be measured */
export function unknown(why: string, fix: string, about: string | null = null): Verdict {
    return {status: 'unknown', about, evidence: why, fix, action: null};
}

const OPPOSITES = {
    'install-guard': 'remove-guard',
    'remove-guard': 'install-guard',
    'install-rule': 'remove-rule',
    'remove-rule': 'install-rule',
    'give-back': 'take',
    take: 'give-back',
} as const;

/** What undoes an action. */
export function opposite(action: FixAction): FixAction {
    return 'card' in action
        ? {kind: OPPOSITES[action.kind], card: action.card}
        : {kind: OPPOSITES[action.kind]};
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';

import type {Severity, Verdict} from '../finding.js';

/** What tells that an answer may be another now; a face that follows these asks again by itself. */
export type Topic =
    /** The kernel did something to a card, or a handover has moved it. */
    | 'cards'
    /** A machine has started or stopped, or is defined otherwise. */
    | 'machines'
    /** A connection was lost or is back; a network or a pool has changed. */
    | 'libvirt'
    /** The helper has come or done something; its files, and the hooks beside them. */
    | 'helper'
    /** The desktop: the Shell's extensions. */
    | 'session'
    /** What is installed and configured, and the device nodes that are no card's. */
    | 'files';

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

// SPDX-License-Identifier: GPL-3.0-or-later
import type {FixAction} from './fixAction.js';

/** How a question was answered. `unknown`: it could not be measured, which is neither good nor bad. */
export type FindingStatus = 'ok' | 'failed' | 'unknown';

/** `hard`: nothing goes without it. `warning`: something will go wrong. `advice`: it could be better. */
export type Severity = 'hard' | 'warning' | 'advice';

/** The answer to a question about one thing. */
export interface Verdict {
    readonly status: FindingStatus;
    /** What it is about, where a question is asked of several: a card's address, a machine's name, a disk. */
    readonly about: string | null;
    /** What people call that, where it is a card whose name is known. */
    readonly aboutName?: string;
    /** What was read; for `unknown` why it could not be. */
    readonly evidence: string;
    /** What to do about it; empty when there is nothing to do. */
    readonly fix: string;
    /** The same, where Handover can do it and undo it; null where it cannot. */
    readonly action: FixAction | null;
}

/** The answer to one health question, with the question. */
export interface Finding extends Verdict {
    /** Never changes, for scripts: lower case with dashes. */
    readonly id: string;
    /** A few words, as a heading. */
    readonly title: string;
    readonly severity: Severity;
    /** Whether it is so until somebody changes something, and not of this moment only. */
    readonly lasting: boolean;
}

/** What a finding has whatever the answer is. */
export type Question = Pick<Finding, 'id' | 'title' | 'severity' | 'lasting'>;

/** All is well. */
export function fine(question: Question, evidence: string, about: string | null = null): Finding {
    return {...question, status: 'ok', about, evidence, fix: '', action: null};
}

/** It is not as it should be. */
export function wrong(
    question: Question,
    evidence: string,
    fix: string,
    about: string | null = null,
): Finding {
    return {...question, status: 'failed', about, evidence, fix, action: null};
}

/** It could not be measured. @param why as a sentence */
export function unmeasured(question: Question, why: string, fix = '', about: string | null = null): Finding {
    return {...question, status: 'unknown', about, evidence: why, fix, action: null};
}

/** Whether nothing failed; what could not be measured is no failure. */
export function isWell(findings: readonly Finding[]): boolean {
    return findings.every(({status}) => status !== 'failed');
}

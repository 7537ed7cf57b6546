// SPDX-License-Identifier: GPL-3.0-or-later

/** What kind of thing went wrong, as the exit codes tell them apart. */
export type ProblemCategory = 'failed' | 'usage' | 'missing' | 'held' | 'denied' | 'unreachable' | 'timeout';

/** Something that a face can offer as a button. */
export type Remedy =
    | 'retry'
    | 'force-off'
    | 'reset'
    | 'start'
    | 'copy-command'
    /** Close the programs that hold a card, and start. */
    | 'close-holders'
    /** The same with force, since they did not close: what is not saved in them is lost. */
    | 'force-close-holders'
    /** Start as soon as nobody holds the card any more. */
    | 'start-when-free'
    /** Climb the ladder for a card that does not come back. */
    | 'force-back'
    | 'none';

/** A failure as a person reads it. All of it is plain text, never markup. */
export interface Problem {
    readonly category: ProblemCategory;
    /** A few words for a heading. */
    readonly title: string;
    /** One sentence that says what happened, and one that says what to do next. */
    readonly body: string;
    readonly remedy: Remedy;
    /** A command that mends it, to be copied into a terminal; null when there is none. */
    readonly command: string | null;
    /** The original message, for the details view; it may hold anything. */
    readonly detail: string;
}

/** What a class of errors says; the rest follows from the error. */
export type Description = Pick<Problem, 'category' | 'title' | 'body'> &
    Partial<Pick<Problem, 'remedy' | 'command'>>;

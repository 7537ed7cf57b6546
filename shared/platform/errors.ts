// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The base of every error that Handover raises itself.
 *
 * `message` is for developers and for the details view; what a person reads is
 * made from the class in `shared/problems`, and only there.
 */
export abstract class HandoverError extends Error {
    /** Stable name of the kind of failure, e.g. `service-missing`. */
    abstract readonly kind: string;

    constructor(message: string, options: {cause?: unknown} = {}) {
        super(message, 'cause' in options ? {cause: options.cause} : undefined);
        this.name = new.target.name;
    }
}

/** The person, or the program on their behalf, called a wait off. Not a failure. */
export class CancelledError extends HandoverError {
    readonly kind = 'cancelled';

    constructor(what = 'The operation was cancelled') {
        super(what);
    }
}

/** A wait went past its deadline. */
export class DeadlineError extends HandoverError {
    readonly kind = 'deadline';

    /**
     * @param what what was waited for, for the details view
     * @param milliseconds how long it was waited for
     */
    constructor(
        what: string,
        readonly milliseconds: number,
        options: {cause?: unknown} = {},
    ) {
        super(`${what} took longer than ${Math.round(milliseconds)} ms`, options);
    }
}

/** A program could not be run, or ended with a status that is not zero. */
export class SubprocessError extends HandoverError {
    readonly kind = 'subprocess';

    /**
     * @param program the program's name
     * @param status its exit status, or null when it could not be started or was killed
     * @param stderr what it printed on standard error
     */
    constructor(
        readonly program: string,
        readonly status: number | null,
        readonly stderr: string,
        options: {cause?: unknown} = {},
    ) {
        super(
            status === null
                ? `${program} could not be run`
                : `${program} ended with status ${status}: ${stderr.trim()}`,
            options,
        );
    }
}

/** The message of anything that was thrown, with the D-Bus prefix taken off. */
export function messageOf(error: unknown): string {
    if (error instanceof Error) return error.message;
    // A GLib.Error is not an Error in GJS, but it carries a message.
    if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
    return String(error);
}

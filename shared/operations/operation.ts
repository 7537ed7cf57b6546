// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import {monotonicMs} from '../platform/clock.js';
import {CancelledError, HandoverError} from '../platform/errors.js';

export type OperationState = 'running' | 'done' | 'failed' | 'cancelled';

/** One step of an operation. */
export interface Step {
    /** Stable id, e.g. `ask`. */
    readonly id: string;
    /** Milliseconds from the operation's start. */
    readonly startedMs: number;
    readonly endedMs: number | null;
}

/** What the body of an operation works with. */
export interface OperationControl {
    /** Cancelled when somebody called the operation off; pass it to every wait that may be left. */
    readonly cancellable: Gio.Cancellable;
    /** Cancelled when nobody is there any more to see it end; then `cancellable` is, too, but nothing is undone. */
    readonly abandoned: Gio.Cancellable;
    /** Ends the step before and begins the next. */
    step(id: string): void;
    /** From here on cancelling has no effect, for the reason given; null makes it possible again. */
    holdCancel(reason: string | null): void;
}

/**
 * A long task with steps, elapsed time, an outcome, and a way to call it off.
 *
 * The same object feeds a toast, a menu row and a progress line in the terminal.
 */
export class Operation<Kind extends string = string> extends GObject.Object {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverOperation',
                Properties: {
                    state: GObject.ParamSpec.string(
                        'state',
                        null,
                        null,
                        GObject.ParamFlags.READABLE,
                        'running',
                    ),
                    step: GObject.ParamSpec.string('step', null, null, GObject.ParamFlags.READABLE, ''),
                    'can-cancel': GObject.ParamSpec.boolean(
                        'can-cancel',
                        null,
                        null,
                        GObject.ParamFlags.READABLE,
                        true,
                    ),
                },
            },
            this,
        );
    }

    readonly #cancellable = new Gio.Cancellable();
    readonly #startedAt = monotonicMs();
    readonly #steps: {id: string; startedMs: number; endedMs: number | null}[] = [];
    #endedAt: number | null = null;
    #state: OperationState = 'running';
    #error: unknown = null;
    #heldBecause: string | null = null;
    readonly #abandoned = new Gio.Cancellable();
    readonly #finished: Promise<void>;

    /**
     * Starts at once.
     *
     * @param kind what it does, e.g. `start`
     * @param body does it; what it throws is the operation's error
     */
    constructor(
        readonly kind: Kind,
        body: (control: OperationControl) => Promise<void>,
    ) {
        super();
        this.#finished = this.#run(body);
        // A caller that only looks at `state` must not cause an unhandled rejection.
        this.#finished.catch(() => undefined);
    }

    get state(): OperationState {
        return this.#state;
    }

    /** Id of the step that runs, or ran last; empty before the first. */
    get step(): string {
        return this.#steps.at(-1)?.id ?? '';
    }

    get steps(): readonly Step[] {
        return this.#steps;
    }

    /** Milliseconds since it started, or that it took. */
    get elapsedMs(): number {
        return (this.#endedAt ?? monotonicMs()) - this.#startedAt;
    }

    /** What it failed with; null while it has not. */
    get error(): unknown {
        return this.#error;
    }

    get canCancel(): boolean {
        return this.#state === 'running' && this.#heldBecause === null;
    }

    /** Why it cannot be cancelled now; null when it can. */
    get cancelRefusal(): string | null {
        return this.#heldBecause;
    }

    /**
     * Calls it off.
     *
     * @returns whether it could be
     */
    cancel(): boolean {
        if (!this.canCancel) return false;
        this.#cancellable.cancel();
        return true;
    }

    /** Stops waiting for it, while what was asked for goes on: for a program that ends. */
    abandon(): void {
        if (this.#state !== 'running') return;
        this.#abandoned.cancel();
        this.#cancellable.cancel();
    }

    /**
     * Resolves when it has ended well.
     *
     * @throws what it failed with; CancelledError when it was called off
     */
    finished(): Promise<void> {
        return this.#finished;
    }

    async #run(body: (control: OperationControl) => Promise<void>): Promise<void> {
        // The caller gets the operation before anything of it happens.
        await Promise.resolve();
        try {
            await body({
                cancellable: this.#cancellable,
                abandoned: this.#abandoned,
                step: id => this.#beginStep(id),
                holdCancel: reason => this.#hold(reason),
            });
            this.#end('done', null);
        } catch (error) {
            if (error instanceof CancelledError) this.#end('cancelled', null);
            else this.#end('failed', error);
            throw error;
        }
    }

    #beginStep(id: string): void {
        const now = monotonicMs() - this.#startedAt;
        const last = this.#steps.at(-1);
        if (last) last.endedMs = now;
        this.#steps.push({id, startedMs: now, endedMs: null});
        this.notify('step');
    }

    #hold(reason: string | null): void {
        this.#heldBecause = reason;
        this.notify('can-cancel');
    }

    #end(state: OperationState, error: unknown): void {
        this.#endedAt = monotonicMs();
        const last = this.#steps.at(-1);
        if (last) last.endedMs = this.#endedAt - this.#startedAt;
        this.#state = state;
        this.#error = error;
        this.#heldBecause = null;
        this.notify('can-cancel');
        this.notify('state');
    }
}

/** Something else is being done with the same thing, and the two contradict each other. */
export class OperationConflictError extends HandoverError {
    readonly kind = 'conflict';

    constructor(
        readonly wanted: string,
        readonly running: string,
    ) {
        super(`Cannot ${wanted} while ${running} is under way`);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {CancelledError, DeadlineError, HandoverError} from '../../platform/errors.js';
import {KernelStuck} from './handoverErrors.js';
import type {Cancellable, Clock, KernelWriter, Services} from './ports.js';

/** The steps of both directions; a person reads them as words that the faces have for them. */
export type StepId =
    | 'check'
    | 'record'
    | 'prepare'
    | 'override'
    | 'services'
    | 'holders'
    | 'unload'
    | 'unbind'
    | 'remove'
    | 'rescan'
    | 'suspend'
    | 'load'
    | 'bind'
    | 'release'
    | 'verify'
    | 'keep'
    | 'forget';

/** What a step may do to the world. It has these only as long as it has time. */
export interface Hands {
    readonly kernel: KernelWriter;
    readonly services: Services;
    readonly clock: Clock;
}

export interface Step {
    readonly id: StepId;
    readonly deadlineMs: number;
    run(hands: Hands): Promise<void>;
}

/** How long a step took. */
export interface StepTime {
    readonly id: StepId;
    readonly ms: number;
}

export interface RunOptions {
    /** Looked at before each step. */
    readonly cancellable?: Cancellable;
    /** Called before each step; the step waits for it. */
    readonly begin?: (id: StepId) => Promise<void>;
}

/** A step failed; says which. */
export class StepError extends HandoverError {
    readonly kind = 'step';

    constructor(
        readonly step: StepId,
        options: {cause: unknown},
    ) {
        super(`Step ${step} failed`, options);
    }
}

/** A step that has lost its time must not go on when what it waited for comes at last. */
class OutOfTime extends HandoverError {
    readonly kind = 'out-of-time';
}

/** Runs steps one after the other, each against its deadline. */
export class StepRunner {
    readonly times: StepTime[] = [];

    constructor(private readonly ports: Hands) {}

    /**
     * Runs steps until one fails.
     *
     * @throws StepError with what the step failed with
     * @throws KernelStuck when a step's time was up while the kernel had not answered: then nothing may be tried
     * @throws CancelledError before a step, or when a step was called off
     */
    async run(steps: readonly Step[], {cancellable = null, begin}: RunOptions = {}): Promise<void> {
        for (const step of steps) {
            if (cancellable?.is_cancelled()) throw new CancelledError();
            await begin?.(step.id);
            await this.#runOne(step);
        }
    }

    async #runOne(step: Step): Promise<void> {
        const {clock} = this.ports;
        const startedAt = clock.nowMs();
        const hands = new TimedHands(this.ports);
        const alarm = clock.alarm(step.deadlineMs);
        try {
            const running = step.run(hands);
            // It may still fail when nobody waits for it any more.
            running.catch(() => undefined);
            const late = await Promise.race([running.then(() => false), alarm.rang.then(() => true)]);
            if (!late) return;
            if (hands.waitingFor.length > 0) throw new KernelStuck(step.id, hands.waitingFor);
            throw new DeadlineError(step.id, step.deadlineMs);
        } catch (error) {
            if (error instanceof KernelStuck || error instanceof CancelledError) throw error;
            throw new StepError(step.id, {cause: error});
        } finally {
            alarm.stop();
            hands.close();
            this.times.push({id: step.id, ms: clock.nowMs() - startedAt});
        }
    }
}

/** The ports for one step, which know what the kernel has not answered and end with the step's time. */
class TimedHands implements Hands {
    readonly kernel: KernelWriter;
    readonly services: Services;
    readonly clock: Clock;
    readonly #waiting = new Set<{readonly what: string}>();
    #closed = false;

    constructor({kernel, services, clock}: Hands) {
        this.kernel = {
            write: (path, value) => this.#ask(`write ${path}`, () => kernel.write(path, value)),
            loadModules: names => this.#ask(`load ${names.join(' ')}`, () => kernel.loadModules(names)),
            unloadModules: names => this.#ask(`unload ${names.join(' ')}`, () => kernel.unloadModules(names)),
        };
        this.services = {
            isActive: unit => this.#do(() => services.isActive(unit)),
            stop: unit => this.#do(() => services.stop(unit)),
            start: unit => this.#do(() => services.start(unit)),
        };
        this.clock = {
            nowMs: () => clock.nowMs(),
            wallClockMs: () => clock.wallClockMs(),
            delay: milliseconds => this.#do(() => clock.delay(milliseconds)),
            alarm: milliseconds => clock.alarm(milliseconds),
        };
    }

    /** What the kernel was asked and has not answered. */
    get waitingFor(): string[] {
        return [...this.#waiting].map(({what}) => what);
    }

    close(): void {
        this.#closed = true;
    }

    async #ask(what: string, action: () => Promise<void>): Promise<void> {
        const waiting = {what};
        await this.#do(async () => {
            this.#waiting.add(waiting);
            try {
                await action();
            } finally {
                this.#waiting.delete(waiting);
            }
        });
    }

    async #do<T>(action: () => Promise<T>): Promise<T> {
        if (this.#closed) throw new OutOfTime('The step has no more time');
        return await action();
    }
}

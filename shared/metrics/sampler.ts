// SPDX-License-Identifier: GPL-3.0-or-later
import {NoAnswerError} from '../libvirt/libvirtErrors.js';
import {inSlices} from '../platform/slices.js';
import {History, valuesOf} from './history.js';
import {
    differsBySleep,
    isUncertain,
    type Rates,
    ratesBetween,
    type SampleTime,
    type TimedReading,
} from './rates.js';
import type {Reading} from './reading.js';
import {HOST_CLOCK, MAIN_LOOP, type SampleClock, type Ticks} from './sampleClock.js';

/** An answer that has come; to read it takes time of its own. */
export interface Statistics {
    /** @param wanted whose; those of all machines unless told */
    read(wanted?: (name: string) => boolean): Promise<ReadonlyMap<string, Reading>>;
}

/** Where statistics of all machines of one host come from. */
export interface StatisticsSource {
    /** Asks once. @throws HandoverError */
    ask(): Promise<Statistics>;
}

/** What is known of a machine now. */
export interface Sample {
    readonly reading: Reading;
    /** null after a gap: there is nothing yet to compare the reading with. */
    readonly rates: Rates | null;
}

/** Somebody who looks. */
export interface Watch {
    /** Looks no longer; the last one to do so ends the sampling at that moment. */
    close(): void;
}

export interface SamplerOptions {
    readonly intervalMs?: number;
    readonly clock?: SampleClock;
    readonly ticks?: Ticks;
    /** The machines whose figures are read, by their names; all of them unless told. */
    readonly wanted?: ((name: string) => boolean) | undefined;
}

/** How much time (ms) lies between two samples where nobody says otherwise. */
export const INTERVAL_MS = 2000;
/** After more intervals than these, and the time that libvirt needs, the mean says nothing of the moment any more. */
const LONGEST_INTERVALS = 3;
/** For each call there is one, and a rest as long. */
const LONGEST_CALLS = 2;

/**
 * The figures of all machines of a host: one call a tick, and only while somebody looks.
 *
 * There is never more than one call under way, also when one is not answered: it would hold a thread of
 * libvirt-dbus's, of which there are four for everybody.
 */
export class Sampler {
    readonly intervalMs: number;
    readonly #clock: SampleClock;
    readonly #ticks: Ticks;
    readonly #wanted: ((name: string) => boolean) | undefined;
    readonly #watches = new Set<{readonly changed: () => void}>();
    readonly #last = new Map<string, TimedReading>();
    readonly #samples = new Map<string, Sample>();
    readonly #histories = new Map<string, History>();
    #stop: (() => void) | null = null;
    #asking = false;
    /** Until when libvirt is left alone, on the clock that goes on. */
    #restsUntilMs = -Infinity;
    #problem: unknown = null;

    constructor(
        private readonly source: StatisticsSource,
        {intervalMs = INTERVAL_MS, clock = HOST_CLOCK, ticks = MAIN_LOOP, wanted}: SamplerOptions = {},
    ) {
        this.intervalMs = intervalMs;
        this.#clock = clock;
        this.#ticks = ticks;
        this.#wanted = wanted;
    }

    /** Why the last question brought nothing; null when it brought something. */
    get problem(): unknown {
        return this.#problem;
    }

    /** Whether somebody looks. */
    get running(): boolean {
        return this.#stop !== null;
    }

    /**
     * Samples from now on.
     *
     * @param changed called after each answer, good or bad
     */
    watch(changed: () => void): Watch {
        const watch = {changed};
        this.#watches.add(watch);
        if (this.#stop === null) {
            this.#stop = this.#ticks.every(this.intervalMs, () => this.#tick());
            this.#tick();
        }
        return {
            close: () => {
                if (this.#watches.delete(watch) && this.#watches.size === 0) this.#end();
            },
        };
    }

    /** What is known of a running machine now; null while nobody looks, and before the first answer. */
    sample(name: string): Sample | null {
        return this.#samples.get(name) ?? null;
    }

    /** What a machine did; it is kept from the first time that it is asked for, while somebody looks. */
    history(name: string): History {
        let history = this.#histories.get(name);
        if (!history) {
            history = new History(this.intervalMs);
            this.#histories.set(name, history);
        }
        return history;
    }

    /** An event told that a machine was started anew: its counters begin again, whatever they say. */
    restarted(name: string): void {
        this.#last.delete(name);
    }

    /** A machine is there no more, or has another name: nothing of it is kept. */
    forget(name: string): void {
        this.#last.delete(name);
        this.#samples.delete(name);
        this.#histories.delete(name);
    }

    /** Nobody looks any more: the host is followed no longer. */
    close(): void {
        this.#watches.clear();
        this.#end();
    }

    #end(): void {
        this.#stop?.();
        this.#stop = null;
        this.#samples.clear();
    }

    #tick(): void {
        if (this.#asking || this.#now().passedMs < this.#restsUntilMs) return;
        this.#asking = true;
        this.#ask()
            .catch((error: unknown) => console.error(error))
            .finally(() => {
                this.#asking = false;
            });
    }

    async #ask(): Promise<void> {
        const asked = this.#now();
        try {
            const statistics = await this.source.ask();
            const answered = this.#now();
            const when = between(asked, answered);
            // Who needs longer than a tick is to have as much time for others.
            if (when.tookMs > this.intervalMs) this.#restsUntilMs = answered.passedMs + when.tookMs;
            const readings = await statistics.read(this.#wanted);
            if (!this.running) return;
            await this.#take(readings, when);
            this.#problem = null;
        } catch (error) {
            if (this.running) this.#fail(error);
            // It still holds its thread there.
            if (error instanceof NoAnswerError) await error.settled;
            return;
        }
        this.#tell();
    }

    #fail(error: unknown): void {
        this.#problem = error;
        this.#gap(this.#now().passedMs);
        this.#tell();
    }

    /** Takes an answer over. Machines that it does not have do not run. */
    async #take(readings: ReadonlyMap<string, Reading>, when: Omit<TimedReading, 'reading'>): Promise<void> {
        for (const known of [this.#last, this.#samples])
            for (const name of [...known.keys()]) if (!readings.has(name)) known.delete(name);
        for (const [name, history] of this.#histories)
            if (!readings.has(name)) history.push(when.passedMs, null);
        await inSlices(readings, ([name, reading]) => {
            if (!this.running) return;
            const now = {reading, ...when};
            const before = this.#last.get(name);
            const calls = now.tookMs + (before?.tookMs ?? 0);
            const longestMs = this.intervalMs * LONGEST_INTERVALS + calls * LONGEST_CALLS;
            const rates = before ? ratesBetween(before, now, longestMs) : null;
            if (!before || !isLate(before, now, longestMs)) this.#last.set(name, now);
            this.#samples.set(name, {reading, rates});
            this.#histories.get(name)?.push(when.passedMs, rates && valuesOf(reading, rates));
        });
    }

    /** Nothing is known of this moment. What was known before is kept, to compare the next answer with. */
    #gap(passedMs: number): void {
        this.#samples.clear();
        for (const history of this.#histories.values()) history.push(passedMs, null);
    }

    #tell(): void {
        // What one of them does may end another's look.
        for (const watch of [...this.#watches]) if (this.#watches.has(watch)) watch.changed();
    }

    #now(): SampleTime {
        return {awakeMs: this.#clock.awakeMs(), passedMs: this.#clock.passedMs()};
    }
}

/**
 * An answer that took much longer than the one before is no good to compare the next with; when they all take as long
 * from now on, it is.
 */
function isLate(before: TimedReading, now: TimedReading, longestMs: number): boolean {
    const tooOld = now.awakeMs - before.awakeMs > longestMs || differsBySleep(before, now);
    return !tooOld && now.tookMs > before.tookMs && isUncertain(before, now);
}

/** libvirt read the counters at some moment between the two. */
function between(asked: SampleTime, answered: SampleTime): Omit<TimedReading, 'reading'> {
    return {
        awakeMs: (asked.awakeMs + answered.awakeMs) / 2,
        passedMs: (asked.passedMs + answered.passedMs) / 2,
        tookMs: answered.passedMs - asked.passedMs,
    };
}

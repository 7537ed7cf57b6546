// SPDX-License-Identifier: GPL-3.0-or-later
import {here} from '../../shared/gpu/here.js';
import type {GuestReport} from '../../shared/health/guestChannel/guestReport.js';
import {ReportChannel} from '../../shared/health/guestChannel/reportChannel.js';
import type {Machine} from '../../shared/machines/machine.js';
import {readGpuUse} from '../../shared/metrics/gpuReader.js';
import {type GpuReading, type GpuUse, gpuUseBetween} from '../../shared/metrics/gpuUse.js';
import type {History} from '../../shared/metrics/history.js';
import {type Insight, InsightReader} from '../../shared/metrics/insight.js';
import type {Sample, Watch} from '../../shared/metrics/sampler.js';
import {type AppFigures, CARD_TICKS} from './appFigures.js';
import {figuresOf, guestValues} from './figures.js';
import {lastTimeOf} from './graphPoints.js';

/** Answers without a single figure after which no more are asked for: the driver of the machine's host has none. */
const SILENT_TICKS = 2;

/** What follows one machine while somebody looks at its graphs: everything ends with `close()`. */
export class LiveFigures {
    readonly history: History;
    readonly guestHistory: History;
    readonly #watch: Watch;
    readonly #reader: InsightReader;
    readonly #channel: ReportChannel;
    #sample: Sample | null = null;
    #insight: Insight | null = null;
    #cards: readonly GpuUse[] = [];
    #cardsBefore: GpuReading | null = null;
    #ticks = 0;
    #silent = 0;
    #reading = false;
    #closed = false;

    /** @param changed called when there is something else to show */
    constructor(
        private readonly machine: Machine,
        private readonly figures: AppFigures,
        private readonly changed: () => void,
    ) {
        const {metrics} = figures;
        this.history = metrics.history(machine);
        this.guestHistory = figures.guestHistory(machine);
        this.#reader = new InsightReader(metrics, machine, {gpu: false, guestGpu: () => this.#guestGpu});
        this.#channel = new ReportChannel(machine);
        // What it tells is taken with the next answer: all graphs go on at once.
        this.#channel.open(() => undefined);
        this.#watch = metrics.watch(machine, () => this.#tick());
    }

    /** What was last known of the machine; null before the first answer. */
    get sample(): Sample | null {
        return this.#sample;
    }

    /** Why there are no figures. */
    get problem(): unknown {
        return this.figures.metrics.problem(this.machine);
    }

    /** What the figures mean; null before they have been looked into. */
    get insight(): Insight | null {
        return this.#insight;
    }

    /** What the guest tells of itself; null while it does not. */
    get report(): GuestReport | null {
        return this.#channel.latest;
    }

    /** Why what the guest reports is not read, as a sentence; null when it is, or when it has nothing to report on. */
    get reportProblem(): string | null {
        return this.#channel.problem;
    }

    /** The cards that Linux uses, as far as can be seen. */
    get cards(): readonly GpuUse[] {
        return this.#cards;
    }

    /** Looks no longer. */
    close(): void {
        this.#closed = true;
        this.#watch.close();
        this.#reader.close();
        this.#channel.close();
    }

    get #guestGpu(): number | null {
        const percent = this.report?.gpuPercent ?? null;
        return percent === null ? null : percent / 100;
    }

    #tick(): void {
        const sample = this.figures.metrics.sample(this.machine);
        if (sample) this.#silent = figuresOf(sample).length === 0 ? this.#silent + 1 : 0;
        if (this.#silent >= SILENT_TICKS) this.#watch.close();
        this.#sample = sample ?? this.#sample;
        const nowMs = lastTimeOf(this.history);
        if (nowMs !== null) this.guestHistory.push(nowMs, guestValues(this.report));
        // What the figures mean comes with them, in one drawing, unless this computer is slow to tell.
        if (this.#reading) {
            this.changed();
            return;
        }
        this.#reading = true;
        this.#look()
            .catch((error: unknown) => console.error(error))
            .finally(() => {
                this.#reading = false;
                if (!this.#closed) this.changed();
            });
    }

    async #look(): Promise<void> {
        const insight = await this.#reader.read();
        if (this.#closed) return;
        this.#insight = insight;
        if (this.#ticks++ % CARD_TICKS === 0) await this.#lookAtCards();
    }

    async #lookAtCards(): Promise<void> {
        const before = this.#cardsBefore;
        const now = await readGpuUse(here().root);
        if (this.#closed) return;
        this.#cardsBefore = now;
        const use = before && gpuUseBetween(before, now);
        // Without two readings to compare there is a gap, and no card that has gone.
        if (use) this.#cards = use;
        else for (const {address} of this.#cards) this.figures.cardHistory(address).push(now.passedMs, null);
        for (const {address, engines} of use ?? [])
            this.figures.cardHistory(address).push(now.passedMs, [engines[0]?.[1] ?? null]);
    }
}

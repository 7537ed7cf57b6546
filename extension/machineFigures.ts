// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../shared/hosts/hostList.js';
import type {Host} from '../shared/libvirt/host.js';
import type {Machine} from '../shared/machines/machine.js';
import type {Bottleneck} from '../shared/metrics/bottleneck.js';
import type {InsightReader} from '../shared/metrics/insight.js';
import type {Metrics} from '../shared/metrics/metrics.js';
import type {Watch} from '../shared/metrics/sampler.js';
import {Disposer} from './disposer.js';
import type * as FiguresParts from './figuresParts.js';
import {loadInSteps} from './inSteps.js';

/** A menu is open for some seconds, and a rate needs two answers. */
const INTERVAL_MS = 1000;

type Parts = typeof FiguresParts;

/** The figures of the machines that the menu shows, asked for while it is open: one call a tick for all of a host. */
export class MachineFigures {
    readonly #disposer = new Disposer();
    readonly #listeners = new Set<() => void>();
    readonly #watches = new Map<Host, Watch>();
    #parts: Promise<Parts> | null = null;
    #shortLine: Parts['shortLine'] | null = null;
    #metrics: Metrics | null = null;
    #shown: readonly Machine[] = [];
    /** Of the shown ones: a host may have a thousand others, and each costs time to read. */
    #keys: ReadonlySet<string> = new Set();
    #disposed = false;
    /** Machines of which nothing is known although they were asked for, so that there is nothing to wait for. */
    readonly #silent = new WeakSet<Machine>();
    #insight: {readonly machine: Machine; readonly reader: InsightReader} | null = null;

    constructor(private readonly hosts: HostList) {}

    /** Follows the figures of those of these machines that run, and of no others; all of it ends with none. */
    watch(machines: readonly Machine[]): void {
        this.#shown = machines.filter(hasFigures);
        this.#keys = new Set(this.#shown.map(({key}) => key));
        if (this.#shown.length > 0 && !this.#parts) {
            this.#parts = this.#load();
            this.#parts.then(
                () => this.#follow(),
                (error: unknown) => console.error(error),
            );
        }
        this.#follow();
    }

    /** Calls back when there are other figures. @returns a function that ends it */
    onChanged(listener: () => void): () => void {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
    }

    /** Whether there is, or soon will be, something to say of a machine. QEMU's driver counts; others may. */
    expects(machine: Machine): boolean {
        if (!hasFigures(machine) || this.#silent.has(machine)) return false;
        return machine.host.driver.uri.startsWith('qemu:') || this.lineOf(machine) !== '';
    }

    /** A machine in one line; empty until two answers are there to compare. */
    lineOf(machine: Machine): string {
        const sample = hasFigures(machine) ? this.#metrics?.sample(machine) : null;
        if (!sample?.rates || !this.#shortLine) return '';
        const line = this.#shortLine(sample);
        if (line === '') this.#silent.add(machine);
        else this.#silent.delete(machine);
        return line;
    }

    /**
     * What holds a machine back, as it was when its figures came last; for one machine at a time.
     *
     * @returns null when that is not known
     */
    async bottleneckOf(machine: Machine): Promise<Bottleneck | null> {
        const metrics = this.#metrics;
        if (!metrics?.sample(machine)?.rates || !this.#parts) return null;
        const {InsightReader} = await this.#parts;
        if (this.#disposed) return null;
        if (this.#insight?.machine !== machine) {
            this.#insight?.reader.close();
            this.#insight = {machine, reader: new InsightReader(metrics, machine, {gpu: false})};
        }
        return (await this.#insight.reader.read()).bottleneck;
    }

    dispose(): void {
        this.#disposed = true;
        this.#shown = [];
        this.#follow();
        this.#listeners.clear();
        this.#disposer.dispose();
    }

    async #load(): Promise<Parts> {
        await loadInSteps('figures');
        const parts = await import('./figuresParts.js');
        if (this.#disposed) return parts;
        const metrics = new parts.Metrics(this.hosts, {
            intervalMs: INTERVAL_MS,
            wanted: key => this.#keys.has(key),
        });
        this.#disposer.add(() => metrics.close());
        this.#metrics = metrics;
        this.#shortLine = parts.shortLine;
        return parts;
    }

    #follow(): void {
        const wanted = new Map(this.#shown.map(machine => [machine.host, machine]));
        for (const [host, watch] of this.#watches) {
            if (wanted.has(host)) continue;
            watch.close();
            this.#watches.delete(host);
        }
        if (this.#watches.size === 0) {
            this.#insight?.reader.close();
            this.#insight = null;
        }
        if (!this.#metrics) return;
        for (const [host, machine] of wanted)
            if (!this.#watches.has(host))
                this.#watches.set(
                    host,
                    this.#metrics.watch(machine, () => this.#tell()),
                );
    }

    #tell(): void {
        for (const listener of [...this.#listeners]) listener();
    }
}

function hasFigures({state, host}: Machine): boolean {
    return (
        (state === 'running' || state === 'blocked') && host.state === 'ready' && host.driver.hasStatistics
    );
}

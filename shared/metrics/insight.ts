// SPDX-License-Identifier: GPL-3.0-or-later
import {here} from '../gpu/here.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import type {Machine} from '../machines/machine.js';
import {readShort} from '../platform/files.js';
import {type Bottleneck, bottleneckOf, type LinkFacts} from './bottleneck.js';
import {readGpuUse} from './gpuReader.js';
import {type GpuReading, type GpuUse, gpuUseBetween} from './gpuUse.js';
import {
    type ProcessorReading,
    processorReadingOf,
    type ProcessorUse,
    processorUseBetween,
} from './hostProcessors.js';
import type {Metrics} from './metrics.js';
import {type HostPressure, readPressure} from './pressure.js';

/** What is known of a machine besides its counters; null for what is not known. */
export interface Insight {
    readonly bottleneck: Bottleneck;
    readonly pressure: HostPressure | null;
    /** How busy this computer is. */
    readonly processors: ProcessorUse | null;
    /** How busy Linux keeps its cards; null before the second look. */
    readonly gpu: readonly GpuUse[] | null;
    /** How much of its time QEMU's own thread waited for a processor, 0 to 1. */
    readonly emulatorWait: number | null;
    /** The slowest link on the way to the machine's graphics card. */
    readonly link: LinkFacts | null;
    /** When a disk of the machine last met an error, in milliseconds since 1970, as far as was seen. */
    readonly lastIoErrorMs: number | null;
    /** When the guest agent last went away while the machine ran, likewise. */
    readonly lastAgentLossMs: number | null;
}

export interface InsightOptions {
    readonly root?: SysRoot;
    /** Whether to look for who uses Linux's cards, which means to walk through all processes. */
    readonly gpu?: boolean;
    /** How busy the machine's own graphics card is, 0 to 1, where the guest tells. */
    readonly guestGpu?: () => number | null;
}

/**
 * Reads what the bottleneck rests on besides the counters, and keeps the readings that the next ones are compared
 * with. One for who shows a machine; it does nothing by itself.
 */
export class InsightReader {
    readonly #root: SysRoot;
    #processors: ProcessorReading | null = null;
    #gpu: GpuReading | null = null;

    constructor(
        private readonly metrics: Metrics,
        private readonly machine: Machine,
        private readonly options: InsightOptions = {},
    ) {
        this.#root = options.root ?? here().root;
    }

    /** Looks once; for each answer that the metrics tell of. */
    async read(): Promise<Insight> {
        const sample = this.metrics.sample(this.machine);
        const [pressure, gpu] = await Promise.all([readPressure(this.#root.proc), this.#readGpu()]);
        const bottleneck = bottleneckOf({
            memory: sample?.reading.memory ?? null,
            rates: sample?.rates ?? null,
            pressure,
        });
        return {
            bottleneck,
            pressure,
            processors: this.#readProcessors(),
            gpu,
            emulatorWait: null,
            link: null,
            lastIoErrorMs: null,
            lastAgentLossMs: null,
        };
    }

    /** Keeps nothing any more. */
    close(): void {
        this.#processors = null;
        this.#gpu = null;
    }

    #readProcessors(): ProcessorUse | null {
        const before = this.#processors;
        this.#processors = processorReadingOf(readShort(`${this.#root.proc}/stat`) ?? '');
        return before && this.#processors && processorUseBetween(before, this.#processors);
    }

    async #readGpu(): Promise<GpuUse[] | null> {
        if (this.options.gpu === false) return null;
        const before = this.#gpu;
        this.#gpu = await readGpuUse(this.#root);
        return before && gpuUseBetween(before, this.#gpu);
    }
}

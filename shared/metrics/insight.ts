// SPDX-License-Identifier: GPL-3.0-or-later
import {here} from '../gpu/here.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import type {Machine} from '../machines/machine.js';
import {HandoverError} from '../platform/errors.js';
import {listNames} from '../platform/files.js';
import {type Bottleneck, bottleneckOf, type LinkFacts} from './bottleneck.js';
import {readGpuUse} from './gpuReader.js';
import {type GpuReading, type GpuUse, gpuUseBetween} from './gpuUse.js';
import {readCardLink} from './cardLink.js';
import {type DiskTrouble, DiskTroubles} from './diskTroubles.js';
import {EmulatorWait} from './emulatorWait.js';
import type {Metrics} from './metrics.js';
import {type HostPressure, readPressure} from './pressure.js';
import {HOST_CLOCK} from './sampleClock.js';

/** What is known of a machine besides its counters; null for what is not known. */
export interface Insight {
    readonly bottleneck: Bottleneck;
    readonly pressure: HostPressure | null;
    /** How busy Linux keeps its cards; null before the second look. */
    readonly gpu: readonly GpuUse[] | null;
    /** How much of its time QEMU's own thread waited for a processor, 0 to 1. */
    readonly emulatorWait: number | null;
    /** The slowest link on the way to the machine's graphics card. */
    readonly link: LinkFacts | null;
    /** Disks on which QEMU has met an error since the machine went on last; null while libvirt has not been asked. */
    readonly diskErrors: readonly DiskTrouble[] | null;
    /** When a disk of the machine last met an error, in milliseconds since 1970, as far as was seen. */
    readonly lastIoErrorMs: number | null;
    /** When the guest agent went away, likewise; null while it is there, or has never been seen to go. */
    readonly lastAgentLossMs: number | null;
}

export interface InsightOptions {
    readonly root?: SysRoot;
    /** Whether to look for who uses Linux's cards, which means to walk through all processes. */
    readonly gpu?: boolean;
    /** How busy the machine's own graphics card is, 0 to 1, where the guest tells. */
    readonly guestGpu?: () => number | null;
}

/** How long (ms) an answer of who uses the cards serves. */
const GPU_MS = 3500;

/**
 * Reads what the bottleneck rests on besides the counters, and keeps the readings that the next ones are compared
 * with. One for who shows a machine; it does nothing by itself.
 */
export class InsightReader {
    readonly #root: SysRoot;
    readonly #emulator: EmulatorWait;
    readonly #disks: DiskTroubles;
    #details: Promise<void> | null = null;
    #gpu: GpuReading | null = null;
    #gpuUse: GpuUse[] | null = null;

    constructor(
        private readonly metrics: Metrics,
        private readonly machine: Machine,
        private readonly options: InsightOptions = {},
    ) {
        this.#root = options.root ?? here().root;
        this.#emulator = new EmulatorWait(machine, this.#root);
        this.#disks = new DiskTroubles(machine);
    }

    /**
     * Looks once; for each answer that the metrics tell of.
     *
     * It does not wait for libvirt: what it was asked for besides is there the next time.
     */
    async read(): Promise<Insight> {
        const {machine, metrics} = this;
        this.#loadDetails();
        const [pressure, gpu, emulatorWait, link] = await Promise.all([
            this.#isHere ? readPressure(this.#root.proc) : null,
            this.#readGpu(),
            this.#emulator.read(),
            readCardLink(this.#root, machine.definition, this.options.guestGpu?.() ?? null),
        ]);
        const sample = metrics.sample(machine);
        const bottleneck = bottleneckOf({
            paused: machine.state === 'paused' || machine.state === 'pmsuspended',
            memory: sample?.reading.memory ?? null,
            rates: sample?.rates ?? null,
            pressure,
            emulatorWait,
            link,
        });
        return {
            bottleneck,
            pressure,
            gpu,
            emulatorWait,
            link,
            diskErrors: this.#disks.read(),
            lastIoErrorMs: machine.troubles.ioErrorMs,
            lastAgentLossMs: machine.active ? machine.troubles.agentLostMs : null,
        };
    }

    /** Keeps nothing any more. */
    close(): void {
        this.#gpu = null;
        this.#gpuUse = null;
    }

    /** The test driver's machines are on no computer. */
    get #isHere(): boolean {
        return this.machine.host.id !== 'test';
    }

    /** Its UUID, its object path and its devices are there once somebody has looked at it. */
    #loadDetails(): void {
        const {machine} = this;
        if (machine.detailsLoaded || this.#details) return;
        this.#details = machine
            .loadDetails()
            .catch((error: unknown) => {
                // Without them less is known; the figures themselves say when libvirt cannot be reached.
                if (!(error instanceof HandoverError)) console.error(error);
            })
            .finally(() => {
                this.#details = null;
            });
    }

    /** Who uses the cards is in the folders of all processes, so that the answer serves for a while. */
    async #readGpu(): Promise<GpuUse[] | null> {
        if (this.options.gpu === false || !this.#isHere || !this.#hasCards) return null;
        const before = this.#gpu;
        if (before && this.#gpuUse && HOST_CLOCK.awakeMs() - before.awakeMs < GPU_MS) return this.#gpuUse;
        const now = await readGpuUse(this.#root);
        this.#gpu = now;
        this.#gpuUse = before && gpuUseBetween(before, now);
        return this.#gpuUse;
    }

    get #hasCards(): boolean {
        return (listNames(`${this.#root.sys}/class/drm`) ?? []).some(name =>
            /^(card|renderD)\d+$/.test(name),
        );
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Services} from '../../../shared/gpu/handover/ports.js';
import type {FakePciTree} from '../fakePciTree.js';
import type {FakeProcess} from './fakeProcesses.js';

interface Unit {
    active: boolean;
    process: FakeProcess | null;
    readonly node: string;
}

/** Services of the pretended machine that hold a device node while they run. */
export class FakeServices implements Services {
    readonly log: string[] = [];
    readonly #units = new Map<string, Unit>();
    /** Units that hang, or fail, when they are stopped or started, e.g. `stop nvidia-powerd.service`. */
    readonly hanging = new Set<string>();
    readonly failing = new Set<string>();
    /** Units that come back by themselves when they are stopped. */
    readonly stubborn = new Set<string>();

    constructor(private readonly fake: FakePciTree) {}

    /** How many there are. */
    get size(): number {
        return this.#units.size;
    }

    /** A service that runs since boot. */
    add(unit: string, node: string): this {
        this.#units.set(unit, {active: false, process: null, node});
        this.#begin(unit);
        return this;
    }

    isActive(unit: string): Promise<boolean> {
        return Promise.resolve(this.#units.get(unit)?.active ?? false);
    }

    async stop(unit: string): Promise<void> {
        await this.#act(`stop ${unit}`);
        const known = this.#units.get(unit);
        if (!known) return;
        known.active = false;
        known.process?.exit();
        this.fake.kernel.modules.update();
        if (this.stubborn.has(unit)) this.#begin(unit);
    }

    async start(unit: string): Promise<void> {
        await this.#act(`start ${unit}`);
        this.#begin(unit);
    }

    #begin(unit: string): void {
        const known = this.#units.get(unit);
        if (!known || known.active) return;
        known.active = true;
        const comm = unit.replace('.service', '').slice(0, 15);
        known.process = this.fake.processes.start({comm, uid: 0, cgroup: `/system.slice/${unit}`});
        this.fake.use(known.process, known.node);
    }

    async #act(line: string): Promise<void> {
        this.log.push(line);
        await new Promise<void>(resolve => setTimeout(resolve));
        if (this.hanging.has(line)) {
            this.fake.clock.skip();
            await new Promise<never>(() => undefined);
        }
        if (this.failing.has(line)) throw new Error(`Job for ${line} failed`);
    }
}

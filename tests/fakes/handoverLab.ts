// SPDX-License-Identifier: GPL-3.0-or-later
import {findHolders} from '../../shared/gpu/holders/holders.js';
import {HandoverDesk, type JournalEntry} from '../../shared/gpu/handover/handoverDesk.js';
import type {KernelWriter, Services, UndoStore} from '../../shared/gpu/handover/ports.js';
import type {FakePciTree} from './fakePciTree.js';
import {FakeServices} from './pci/fakeServices.js';
import {FakeUndoStore} from './pci/fakeUndoStore.js';

/** A helper that can be killed after any of its effects on the world. */
class KillSwitch {
    #effects = 0;

    /** @param after how many effects it has before it is killed */
    constructor(private readonly after: number) {}

    get effects(): number {
        return this.#effects;
    }

    /** Resolves for the effects that still happen, and never for those after. */
    async pass(): Promise<void> {
        if (this.#effects >= this.after) await new Promise<never>(() => undefined);
        this.#effects++;
    }
}

/** A pretended machine with a helper in it. */
export class HandoverLab {
    readonly services: FakeServices;
    readonly store = new FakeUndoStore();
    readonly journal: JournalEntry[] = [];
    readonly steps: string[] = [];
    slept = 0;
    /** What sleeping does besides. */
    onSleep: () => void = () => undefined;
    desk: HandoverDesk;
    #switch = new KillSwitch(Infinity);

    constructor(readonly fake: FakePciTree) {
        this.services = new FakeServices(fake);
        this.desk = this.#open();
    }

    /** How much the helper has done to the world since it was started. */
    get effects(): number {
        return this.#switch.effects;
    }

    /** Starts the helper anew, as after it was killed or has ended. */
    restart(): void {
        this.#switch = new KillSwitch(Infinity);
        this.desk = this.#open();
    }

    /** The helper is killed right before the effect that follows so many. */
    killAfter(effects: number): void {
        this.#switch = new KillSwitch(effects);
        this.desk = this.#open();
    }

    /** Which driver each function of a slot has. */
    bindings(slot: string): Record<string, string | null> {
        return this.fake.kernel.bindings(slot);
    }

    /** The overrides that functions of a slot have; empty when all are cleared. */
    overrides(slot: string): Record<string, string> {
        return Object.fromEntries(
            [...this.fake.kernel.devices.values()].flatMap(({address, override}) =>
                address.startsWith(slot) && override !== null ? [[address, override] as const] : [],
            ),
        );
    }

    #open(): HandoverDesk {
        const {fake} = this;
        const killer = this.#switch;
        const effect = async (action: () => Promise<void>): Promise<void> => {
            await killer.pass();
            await action();
        };
        const kernel: KernelWriter = {
            write: (path, value) => effect(() => fake.kernel.write(path, value)),
            loadModules: names => effect(() => fake.kernel.loadModules(names)),
            unloadModules: names => effect(() => fake.kernel.unloadModules(names)),
        };
        const services: Services = {
            isActive: unit => this.services.isActive(unit),
            stop: unit => effect(() => this.services.stop(unit)),
            start: unit => effect(() => this.services.start(unit)),
        };
        const store: UndoStore = {
            readAll: () => this.store.readAll(),
            write: record => effect(() => this.store.write(record)),
            remove: id => effect(() => this.store.remove(id)),
        };
        return new HandoverDesk({
            root: fake.root,
            kernel,
            services,
            store,
            clock: fake.clock,
            holders: card =>
                findHolders(fake.root, card, {
                    deviceNumber: path => Promise.resolve(fake.processes.deviceNumber(path)),
                }),
            sleeper: {
                suspendAndResume: () => {
                    this.slept++;
                    this.onSleep();
                    return Promise.resolve();
                },
            },
            onStep: (_address, direction, step) => this.steps.push(`${direction} ${step}`),
            onEnd: entry => this.journal.push(entry),
        });
    }
}

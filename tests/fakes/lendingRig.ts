// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import type GLib from 'gi://GLib';

import {Handovers} from '../../helper/handovers.js';
import {Journal} from '../../helper/journal.js';
import {UndoFiles} from '../../helper/undoFiles.js';
import {FollowedCards} from '../../shared/gpu/followedCards.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {HandoverProgress} from '../../shared/gpu/helperClient.js';
import type {HandoverOutcome} from '../../shared/gpu/helperInterface.js';
import type {Here} from '../../shared/gpu/here.js';
import {findHolders, type HolderReport} from '../../shared/gpu/holders/holders.js';
import type {KernelWriter} from '../../shared/gpu/handover/ports.js';
import type {ClaimingHosts, ClaimingMachine} from '../../shared/gpu/machineClaims.js';
import {PciReader} from '../../shared/gpu/pciTree.js';
import {INSTALLED} from '../../shared/gpu/sysRoot.js';
import {Lending, type LendingHelper, type Openers} from '../../shared/lending/lending.js';
import type {AppAsker} from '../../shared/lending/closeHolders.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {StartOptions} from '../../shared/machines/preparation.js';
import {Operation} from '../../shared/operations/operation.js';
import type {FakePciTree} from './fakePciTree.js';
import {FakeServices} from './pci/fakeServices.js';

/** What the bus says for an error of a service. */
export function busError(name: string, message = 'no'): GLib.Error {
    return Gio.DBusError.new_for_dbus_error(name, message);
}

class Signals {
    readonly #callbacks = new Map<number, () => void>();
    #next = 1;

    connect(_signal: string, callback: () => void): number {
        this.#callbacks.set(this.#next, callback);
        return this.#next++;
    }

    disconnect(id: number): void {
        this.#callbacks.delete(id);
    }

    tell(): void {
        for (const callback of this.#callbacks.values()) callback();
    }
}

/** A machine without libvirt, which has devices of the host. */
export class PretendedMachine extends Signals implements ClaimingMachine {
    active = false;
    loads = 0;
    metadata: {ready: object | null} = {ready: null};

    constructor(
        readonly name: string,
        readonly addresses: readonly string[],
        readonly managed = false,
    ) {
        super();
    }

    get key(): string {
        return `system/${this.name}`;
    }

    get definition() {
        const {addresses, managed} = this;
        return {
            pciAddresses: addresses,
            hostDevices: addresses.map(pciAddress => ({pciAddress, managed})),
        };
    }

    loadDetails(): Promise<void> {
        this.loads++;
        return Promise.resolve();
    }

    get asMachine(): Machine {
        return this as unknown as Machine;
    }
}

class PretendedHosts extends Signals implements ClaimingHosts {
    machines: PretendedMachine[] = [];
}

/** The helper without a bus: its own work on a pretended machine, and faults where a test wants them. */
export class PretendedHelper implements LendingHelper {
    readonly asked: string[] = [];
    /** What the next call fails with; all of them when it stays. */
    error: GLib.Error | null = null;
    /** What is answered instead of doing anything. */
    answer: HandoverOutcome | null = null;
    /** Nothing of the kernel is answered until it opens. */
    gate: Promise<void> = Promise.resolve();
    /** polkit asks somebody, and they take their time. */
    asking: Promise<void> = Promise.resolve();
    readonly handovers: Handovers;
    readonly #progress = new Set<(step: HandoverProgress) => void>();
    readonly #finished = new Set<(address: string, direction: string, outcome: HandoverOutcome) => void>();

    constructor(
        private readonly fake: FakePciTree,
        readonly services: FakeServices,
    ) {
        const {kernel, clock, root} = fake;
        const gated: KernelWriter = {
            write: (path, value) => this.gate.then(() => kernel.write(path, value)),
            loadModules: names => this.gate.then(() => kernel.loadModules(names)),
            unloadModules: names => this.gate.then(() => kernel.unloadModules(names)),
        };
        this.handovers = new Handovers(
            {
                root,
                kernel: gated,
                services,
                clock,
                store: new UndoFiles(root),
                sleeper: null,
                holders: card => findHolders(root, card, this.holderOptions),
            },
            new Journal(`${fake.folder}/journal.jsonl`),
            {
                moving: () => undefined,
                progress: (address, direction, step, number) => {
                    for (const tell of this.#progress) tell({address, direction, step, number});
                },
                finished: (address, direction, outcome) => {
                    for (const tell of this.#finished) tell(address, direction, outcome);
                },
            },
        );
    }

    get holderOptions() {
        const {processes} = this.fake;
        return {deviceNumber: (path: string) => Promise.resolve(processes.deviceNumber(path))};
    }

    async holders(address: string): Promise<HolderReport> {
        await this.#ask(`holders ${address}`);
        const {cards} = await new PciReader(this.fake.root).read();
        const card = cards.find(({display}) => display.address === address)!;
        return findHolders(this.fake.root, card, this.holderOptions);
    }

    async take(address: string): Promise<HandoverOutcome> {
        await this.#ask(`take ${address}`);
        await this.asking;
        return this.answer ?? this.#run(address, 'take', 'us', false);
    }

    async giveBack(address: string): Promise<HandoverOutcome> {
        await this.#ask(`return ${address}`);
        return this.answer ?? this.#run(address, 'return', 'us', false);
    }

    async forceBack(address: string, upTo: 'return' | 'rescan' | 'suspend'): Promise<HandoverOutcome> {
        await this.#ask(`force-back ${address} ${upTo}`);
        const order = {address, direction: 'return', uid: 1000, sender: 'us', patient: false} as const;
        return this.handovers.run(order, (desk, options) => desk.forceBack(address, upTo, options));
    }

    cancel(): Promise<boolean> {
        this.asked.push('cancel');
        return Promise.resolve(this.handovers.cancel('us'));
    }

    /** What the guard has systemd do when a machine has ended. */
    async guardReturns(address: string): Promise<HandoverOutcome> {
        return this.#run(address, 'return', 'the unit', true);
    }

    follow(
        progress: (step: HandoverProgress) => void,
        finished: (address: string, direction: string, outcome: HandoverOutcome) => void,
    ): () => void {
        this.#progress.add(progress);
        this.#finished.add(finished);
        return () => {
            this.#progress.delete(progress);
            this.#finished.delete(finished);
        };
    }

    /** How many follow it. */
    get followers(): number {
        return this.#progress.size;
    }

    #ask(call: string): Promise<void> {
        this.asked.push(call);
        return this.error ? Promise.reject(this.error) : Promise.resolve();
    }

    #run(address: string, direction: 'take' | 'return', sender: string, patient: boolean) {
        const order = {address, direction, uid: 1000, sender, patient};
        return this.handovers.run(order, (desk, options) =>
            direction === 'take' ? desk.take(address, options) : desk.giveBack(address, options),
        );
    }
}

/** Cards, machines and a helper of a pretended computer, and the lending of its cards. */
export class LendingRig {
    readonly services: FakeServices;
    readonly helper: PretendedHelper;
    readonly hosts = new PretendedHosts();
    readonly cards: FollowedCards;
    readonly opened: string[] = [];
    guarded: boolean | null = false;
    lending: Lending;

    constructor(readonly fake: FakePciTree) {
        this.services = new FakeServices(fake);
        this.helper = new PretendedHelper(fake, this.services);
        const here: Here = {
            root: fake.root,
            installed: INSTALLED,
            openEvents: () => Promise.resolve(null),
            holderOptions: this.helper.holderOptions,
        };
        this.cards = new FollowedCards(this.hosts, here, {
            follow: callback =>
                fake.kernel.onEvent((action, subsystem, address) => callback({action, subsystem, address})),
        });
        this.lending = this.make();
    }

    make(helper: LendingHelper | null = this.helper, apps: AppAsker | null = null): Lending {
        const openers: Openers = {
            wanted: () => false,
            ready: ({name}) => {
                this.opened.push(`ready ${name}`);
                return Promise.resolve();
            },
            open: ({name}) => {
                this.opened.push(`open ${name}`);
                return Promise.resolve();
            },
        };
        return new Lending(this.cards, helper, openers, apps, () => this.guarded);
    }

    machine(name: string, addresses: readonly string[], managed = false): PretendedMachine {
        const machine = new PretendedMachine(name, addresses, managed);
        this.hosts.machines.push(machine);
        this.hosts.tell();
        return machine;
    }

    /** A machine goes on or off, as its host tells. */
    turn(machine: PretendedMachine, active: boolean): void {
        machine.active = active;
        this.hosts.tell();
    }

    /** What runs before a start, as an operation of its own. */
    begin(machine: PretendedMachine, options: StartOptions = {}): Operation {
        return new Operation('start', control =>
            this.lending.beforeStart(machine.asMachine, control, options),
        );
    }

    /** What runs after a stop, likewise. */
    end(machine: PretendedMachine): Operation {
        return new Operation('shutdown', control => this.lending.afterStop(machine.asMachine, control));
    }

    fail(machine: PretendedMachine): Operation {
        return new Operation('start', control => this.lending.startFailed(machine.asMachine, control));
    }

    async gpu(address: string): Promise<Gpu> {
        await this.cards.list.refresh();
        return this.cards.list.byAddress(address)!;
    }

    close(): void {
        this.cards.close();
    }
}

/** The steps of an operation. */
export function stepsOf(operation: Operation): string[] {
    return operation.steps.map(({id}) => id);
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {CancelledError, DeadlineError, messageOf} from '../../platform/errors.js';
import {findHolders, type HolderReport, machineProcesses, NO_HOLDERS} from '../holders/holders.js';
import {type CardFacts, PciReader, type PciTree} from '../pciTree.js';
import type {SysRoot} from '../sysRoot.js';
import {standingOf} from './functionState.js';
import {
    HandoverFailed,
    HandoverRefused,
    KernelStuck,
    refuse,
    type Refusal,
    StillHeld,
} from './handoverErrors.js';
import {cardAt, isHome, isLent, isPromised, nativeRecord, recordBefore, recordOf, relocated} from './plan.js';
import type {Cancellable, KernelWriter} from './ports.js';
import {type KeeperPorts, RecordKeeper} from './recordKeeper.js';
import {lastingRefusals, momentaryRefusals} from './refusals.js';
import {returnSteps} from './returnSteps.js';
import {type Hands, type Step, StepError, StepRunner, type StepTime} from './stepRunner.js';
import {findStuckTasks} from './stuckTasks.js';
import {takeSteps} from './takeSteps.js';
import type {Direction, UndoRecord} from './undoRecord.js';
import {lettingGo} from './vendors.js';

/** What a handover works with. */
export interface HandoverPorts extends Hands, KeeperPorts {
    readonly root: SysRoot;
    /** Who holds a card; looks into all processes unless told. */
    readonly holders?: (card: CardFacts) => Promise<HolderReport>;
}

export interface MoveOptions {
    /** Who asked, for the record: e.g. `uid 1000`. */
    readonly by: string;
    /** How long holders are given to go, in milliseconds. */
    readonly waitMs?: number;
    readonly cancellable?: Cancellable;
    /** For a return: nobody has asked for it but the end of a machine, so that another may be starting with the card. */
    readonly afterEnd?: boolean;
}

/** A handover that has ended well. */
export interface Moved {
    /** Whether there was nothing to do. */
    readonly already: boolean;
    readonly steps: readonly StepTime[];
}

/** A take that nothing speaks against. */
interface Begun {
    readonly card: CardFacts;
    readonly record: UndoRecord;
}

const WAIT_MS = 15_000;
const CHECK_MS = 30_000;
/**
 * How long a look at all processes may take: more than where somebody only wants to see them, for a computer with too
 * much to do answers slowly, and what was not reached keeps the card from moving.
 */
const HOLDERS_MS = 8_000;
const RECORD_MS = 5_000;

/** Moves one card at a time, and keeps its record true; who calls sees to it that there is one at a time. */
export class Mover {
    readonly #unanswered = new Set<string>();
    readonly #hands: Hands;

    constructor(readonly ports: HandoverPorts) {
        this.#hands = {...ports, kernel: this.#remembering(ports.kernel)};
    }

    /** The cards as they are now. */
    readTree(): Promise<PciTree> {
        return new PciReader(this.ports.root).read();
    }

    runner(): StepRunner {
        return new StepRunner(this.#hands);
    }

    holdersOf(card: CardFacts): Promise<HolderReport> {
        return this.ports.holders?.(card) ?? findHolders(this.ports.root, card, {deadlineMs: HOLDERS_MS});
    }

    /**
     * Gives a card to vfio.
     *
     * @param address its display function
     * @throws HandoverRefused before anything was changed, or after it was put back because holders did not go
     * @throws HandoverFailed, KernelStuck, CancelledError
     */
    async take(address: string, options: MoveOptions): Promise<Moved> {
        const {by, waitMs = WAIT_MS, cancellable = null} = options;
        const {root, store} = this.ports;
        const runner = this.runner();
        let begun: Begun | null = null;
        try {
            const check = async () => void (begun = await this.#checkTake(address, by));
            await runner.run([{id: 'check', deadlineMs: CHECK_MS, run: check}], {cancellable});
            if (begun === null) return {already: true, steps: runner.times};
            const {record} = begun as Begun;
            await runner.run([{id: 'record', deadlineMs: RECORD_MS, run: () => store.write(record)}]);
        } catch (error) {
            throw this.#unchanged('take', address, error);
        }
        const {card, record} = begun as Begun;

        const keeper = new RecordKeeper(this.ports, record);
        const context = {root, card, record, waitMs, cancellable, holders: () => this.holdersOf(card)};
        const steps: Step[] = [
            ...takeSteps(context),
            {id: 'keep', deadlineMs: RECORD_MS, run: () => keeper.write({phase: 'lent', step: 'keep'})},
        ];
        try {
            await runner.run(steps, {cancellable, begin: id => keeper.begin(id)});
        } catch (error) {
            throw await this.#goBack(keeper, error);
        }
        return {already: false, steps: runner.times};
    }

    /**
     * Gives a card back to Linux.
     *
     * @throws HandoverRefused before anything was changed
     * @throws HandoverFailed, KernelStuck
     */
    async giveBack(address: string, {by, afterEnd = false}: MoveOptions): Promise<Moved> {
        const runner = this.runner();
        let record: UndoRecord | null = null;
        try {
            const check = async () => void (record = await this.#checkReturn(address, by));
            await runner.run([{id: 'check', deadlineMs: CHECK_MS, run: check}]);
        } catch (error) {
            throw this.#unchanged('return', address, error);
        }
        if (record === null) return {already: true, steps: runner.times};
        await this.putBack(record, runner, afterEnd);
        return {already: false, steps: runner.times};
    }

    /**
     * Follows a record back to how it says things were, from wherever they are.
     *
     * @throws HandoverRefused when a machine has the card; the record stays as it was
     * @throws HandoverFailed, KernelStuck
     */
    async putBack(record: UndoRecord, runner = this.runner(), afterEnd = false): Promise<void> {
        const before = record;
        const keeper = new RecordKeeper(this.ports, {
            ...record,
            direction: 'return',
            phase: 'moving',
            problem: null,
        });
        try {
            await keeper.write({});
            await this.#runBack(keeper, runner, afterEnd);
        } catch (error) {
            const refused = error instanceof StepError && error.cause instanceof HandoverRefused;
            if (!refused) throw await this.settle(keeper, error);
            if (before.native) await this.ports.store.remove(before.id);
            else
                await this.ports.store.write({
                    ...before,
                    phase: before.phase === 'moving' ? 'lent' : before.phase,
                });
            throw error.cause;
        }
    }

    /** Why nothing may be tried: the kernel has not come back from something. */
    async stuckRefusal(): Promise<Refusal[]> {
        const tasks = await findStuckTasks(this.ports.root, this.ports.clock);
        return tasks.length > 0 || this.#unanswered.size > 0 ? [{kind: 'stuck', tasks}] : [];
    }

    /** Writes down that a card could not be brought back, and says what to tell. */
    async settle(keeper: RecordKeeper, error: unknown, taking: unknown = null): Promise<Error> {
        const stuck = error instanceof KernelStuck;
        await keeper.writeIfPossible({phase: stuck ? 'stuck' : 'failed', problem: problemOf(error)});
        if (stuck) return error;
        const {functions} = keeper.record;
        const standing = standingOf(
            this.ports.root,
            functions.map(({address}) => address),
        );
        const cause = taking ?? error;
        return new HandoverFailed(taking === null ? 'return' : 'take', stepOf(cause), false, standing, {
            cause: causeOf(cause),
        });
    }

    async #checkTake(address: string, by: string): Promise<Begun | null> {
        const {root, store, services, clock} = this.ports;
        refuse('take', await this.stuckRefusal());
        let tree = await this.readTree();
        let card = cardAt(tree, address);
        if (!card) throw new HandoverRefused('take', [{kind: 'absent', because: 'absent'}]);
        const earlier = recordOf(await store.readAll(), tree, card);
        if (earlier && earlier.phase !== 'lent') refuse('take', [{kind: 'unfinished', handover: earlier}]);
        if (isLent(card)) {
            const processes = machineProcesses(await this.holdersOf(card));
            refuse('take', processes.length > 0 ? [{kind: 'with-machine', processes}] : []);
            return null;
        }
        if (earlier) {
            // Somebody else has given it back, and left our overrides and services as they were.
            await this.putBack(earlier);
            tree = await this.readTree();
            card = cardAt(tree, address);
            if (!card) throw new HandoverRefused('take', [{kind: 'absent', because: 'absent'}]);
        }
        const how = lettingGo(root, card, tree);
        refuse('take', [
            ...lastingRefusals(tree, card, how),
            ...momentaryRefusals(await this.holdersOf(card), how.services),
        ]);
        return {card, record: await recordBefore(root, card, tree, how, {services, clock, by})};
    }

    async #checkReturn(address: string, by: string): Promise<UndoRecord | null> {
        const {root, store, clock} = this.ports;
        refuse('return', await this.stuckRefusal());
        const tree = await this.readTree();
        const records = await store.readAll();
        const card = cardAt(tree, address);
        const record = card
            ? recordOf(records, tree, card)
            : records.find(one => one.card.address === address || one.id === address);
        const common = {by, startedAtMs: clock.wallClockMs()};
        if (record) {
            // One that has fallen off the bus is not found; the steps say so.
            return {...(relocated(record, tree) ?? record), ...common};
        }
        if (!card) throw new HandoverRefused('return', [{kind: 'absent', because: 'absent'}]);
        if (isHome(card) && !(await isPromised(root, card))) return null;
        return nativeRecord(card, tree, clock, by);
    }

    /** A take has failed: everything is put back as the record says, unless the kernel is stuck. */
    async #goBack(keeper: RecordKeeper, failure: unknown): Promise<Error> {
        if (failure instanceof KernelStuck) return this.settle(keeper, failure);
        keeper.turn();
        try {
            await this.#runBack(keeper, this.runner());
        } catch (error) {
            return this.settle(keeper, error, failure);
        }
        const cause = causeOf(failure);
        if (cause instanceof CancelledError) return cause;
        if (cause instanceof StillHeld)
            return new HandoverRefused('take', [{kind: 'held', holders: cause.holders}]);
        const {functions} = keeper.record;
        const standing = standingOf(
            this.ports.root,
            functions.map(({address}) => address),
        );
        return new HandoverFailed('take', stepOf(failure), true, standing, {cause});
    }

    async #runBack(keeper: RecordKeeper, runner: StepRunner, afterEnd = false): Promise<void> {
        const {root, store} = this.ports;
        const {record} = keeper;
        const holders = async (): Promise<HolderReport> => {
            const tree = await this.readTree();
            const card = tree.cards.find(({functions}) =>
                functions.some(({address}) => record.functions.some(one => one.address === address)),
            );
            return card ? this.holdersOf(card) : NO_HOLDERS;
        };
        await runner.run(
            [
                ...returnSteps({root, record, holders, afterEnd}),
                {id: 'forget', deadlineMs: RECORD_MS, run: () => store.remove(record.id)},
            ],
            {begin: id => keeper.beginIfPossible(id)},
        );
    }

    /** What a check that failed is to whoever asked: nothing has been changed. */
    #unchanged(direction: Direction, address: string, error: unknown): unknown {
        const cause = causeOf(error);
        if (cause instanceof HandoverRefused || cause instanceof CancelledError) return cause;
        if (cause instanceof HandoverFailed || cause instanceof KernelStuck) return cause;
        // Only a kernel that is busy with a driver of the card leaves such a question open.
        if (cause instanceof DeadlineError)
            return new HandoverRefused(direction, [{kind: 'stuck', tasks: []}]);
        if (cause instanceof GLib.Error)
            return new HandoverRefused(direction, [{kind: 'absent', because: 'absent'}]);
        return new HandoverFailed(direction, stepOf(error), true, standingOf(this.ports.root, [address]), {
            cause,
        });
    }

    #remembering(kernel: KernelWriter): KernelWriter {
        const ask = async (what: string, action: () => Promise<void>): Promise<void> => {
            this.#unanswered.add(what);
            try {
                await action();
            } finally {
                this.#unanswered.delete(what);
            }
        };
        return {
            write: (path, value) => ask(`write ${path} ${value}`, () => kernel.write(path, value)),
            loadModules: names => ask(`load ${names.join(' ')}`, () => kernel.loadModules(names)),
            unloadModules: names => ask(`unload ${names.join(' ')}`, () => kernel.unloadModules(names)),
        };
    }
}

function causeOf(error: unknown): unknown {
    return error instanceof StepError ? error.cause : error;
}

function stepOf(error: unknown): string {
    return error instanceof StepError ? error.step : 'record';
}

function problemOf(error: unknown): string {
    return messageOf(causeOf(error));
}

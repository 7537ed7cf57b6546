// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {HandoverDesk, isAsItWas, type JournalEntry} from '../shared/gpu/handover/handoverDesk.js';
import type {HandoverPorts, MoveOptions} from '../shared/gpu/handover/mover.js';
import type {Sleeper} from '../shared/gpu/handover/ports.js';
import type {Direction} from '../shared/gpu/handover/undoRecord.js';
import type {HandoverOutcome} from '../shared/gpu/helperInterface.js';
import type {Journal} from './journal.js';
import {type Ended, outcomeOf} from './outcome.js';

/** What the desk works with, but for what is told of it. */
export type DeskParts = Omit<HandoverPorts, 'onStep'> & {readonly sleeper: Sleeper | null};

/** Who wants what done. */
export interface Order {
    readonly address: string;
    readonly direction: Direction;
    readonly uid: number;
    /** The caller's unique name, so that nobody else calls it off. */
    readonly sender: string;
    /** Whether it waits for its turn, as the return at a machine's end does, which nobody would ask for again. */
    readonly patient: boolean;
}

/** What is told of handovers while they go on. */
export interface Watcher {
    /** Another card is being moved, or none any more. */
    moving(): void;
    progress(address: string, direction: Direction, step: string, number: number): void;
    finished(address: string, direction: Direction, outcome: HandoverOutcome): void;
}

/** Runs one handover at a time to its end, whether or not its caller waits for it, and writes it down. */
export class Handovers {
    readonly #desk: HandoverDesk;
    #current: {readonly order: Order; readonly cancellable: Gio.Cancellable} | null = null;
    #steps = 0;
    #mended: Promise<void> | null = null;
    #writing: Promise<void> = Promise.resolve();
    readonly #idle: (() => void)[] = [];

    constructor(
        parts: DeskParts,
        journal: Journal,
        private readonly watcher: Watcher,
    ) {
        this.#desk = new HandoverDesk({
            ...parts,
            onStep: (address, direction, step) => {
                watcher.progress(address, direction, step, ++this.#steps);
            },
            onEnd: (entry: JournalEntry) => {
                // A line that is lost keeps no card, and no other handover, waiting.
                this.#writing = this.#writing
                    .then(() => journal.add(entry))
                    .catch((error: unknown) => console.error(error));
            },
        });
    }

    /** The address of the card that is being moved; empty when none is. */
    get moving(): string {
        return this.#desk.busyWith ?? '';
    }

    /** Resolves when no card is being moved and the journal is written. */
    async settled(): Promise<void> {
        await this.#mended;
        while (this.#current) await new Promise<void>(resolve => this.#idle.push(resolve));
        await this.#writing;
    }

    /** @returns whether the caller has one under way */
    cancel(sender: string): boolean {
        if (this.#current?.order.sender !== sender) return false;
        this.#current.cancellable.cancel();
        return true;
    }

    /** Brings to an end what an earlier helper has left, once. */
    mend(): Promise<void> {
        this.#mended ??= this.#desk.mend().then(
            mended => {
                for (const found of mended) {
                    const {record, result, problem} = found;
                    if (isAsItWas(found)) continue;
                    console.log(`${record.id}: an earlier handover was found; ${result} ${problem ?? ''}`);
                }
            },
            (error: unknown) => console.error(error),
        );
        return this.#mended;
    }

    /** @throws Error when something happens that no handover ends with */
    async run(
        order: Order,
        move: (desk: HandoverDesk, options: MoveOptions) => Promise<Ended>,
    ): Promise<HandoverOutcome> {
        await this.mend();
        while (order.patient && this.#current) await this.settled();
        if (this.#current) return {kind: 'busy', address: this.#current.order.address};
        const {address, direction, uid} = order;
        const cancellable = new Gio.Cancellable();
        this.#current = {order, cancellable};
        this.#steps = 0;
        try {
            const moved = move(this.#desk, {by: `uid ${uid}`, cancellable});
            this.watcher.moving();
            const outcome = await outcomeOf(moved);
            this.watcher.finished(address, direction, outcome);
            return outcome;
        } finally {
            await this.#writing;
            this.#current = null;
            this.watcher.moving();
            for (const wake of this.#idle.splice(0)) wake();
        }
    }
}

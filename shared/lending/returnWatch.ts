// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import type {FollowedCards} from '../gpu/followedCards.js';
import type {Gpu} from '../gpu/gpu.js';
import type {HelperClient} from '../gpu/helperClient.js';
import type {HandoverOutcome} from '../gpu/helperInterface.js';
import {monotonicMs} from '../platform/clock.js';
import {CancelledError} from '../platform/errors.js';
import {BACK_MS} from './bringBack.js';
import {nameCard, outcomeFailure} from './helperAnswers.js';
import {CardBusyError, CardNotBackError, CardStuckError} from './lendingErrors.js';

/** A card that is expected back. */
interface Expected {
    /** When its machine ended, on the monotonic clock. */
    readonly since: number;
    /** Rings when it has taken too long; 0 when nobody waits with an eye on the clock. */
    timer: number;
    /** Whether it has been told that it is stuck. */
    told: boolean;
}

/**
 * Tells when a card that a machine had is back with Linux, and when it does not come back: for every way in which a
 * machine can end, and whoever brings the card back. It watches only; nothing is polled and nothing is asked.
 */
export class ReturnWatch extends GObject.Object {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverReturnWatch',
                Signals: {
                    // gpu, how long it took from the machine's end on (ms)
                    returned: {param_types: [GObject.TYPE_OBJECT, GObject.TYPE_DOUBLE]},
                    // gpu, an error of lendingErrors
                    stuck: {param_types: [GObject.TYPE_OBJECT, GObject.TYPE_JSOBJECT]},
                },
            },
            this,
        );
    }

    /** Cards by what and where they are: the object is another one when a card was off the bus for a while. */
    readonly #lent = new Set<string>();
    readonly #expected = new Map<string, Expected>();
    readonly #end: (() => void)[];

    /**
     * @param helper whose signals tell why a return failed; null where there is none
     * @param deadlineMs how long a card may take to be back
     */
    constructor(
        private readonly cards: FollowedCards,
        helper: Pick<HelperClient, 'follow'> | null,
        private readonly deadlineMs = BACK_MS,
    ) {
        super();
        const {list} = cards;
        const handlers = [
            list.connect('changed', (_list, gpu: Gpu) => this.#look(gpu)),
            list.connect('items-changed', () => this.#lookAll()),
        ];
        this.#end = handlers.map(handler => () => list.disconnect(handler));
        if (helper)
            this.#end.push(
                helper.follow(
                    () => undefined,
                    (address, direction, outcome) => this.#finished(address, direction, outcome),
                ),
            );
        this.#lookAll();
    }

    /** Ends watching. */
    close(): void {
        for (const end of this.#end.splice(0)) end();
        for (const expected of this.#expected.values()) stopTimer(expected);
        this.#expected.clear();
    }

    #lookAll(): void {
        for (const gpu of this.cards.list.gpus) this.#look(gpu);
    }

    #look(gpu: Gpu): void {
        const key = keyOf(gpu);
        const {owner} = gpu;
        if (owner.kind === 'machine') {
            this.#lent.add(key);
            this.#forget(key);
            return;
        }
        const expected = this.#lent.delete(key) ? this.#expect(gpu, key) : this.#expected.get(key);
        if (!expected) return;
        if (owner.kind === 'linux') {
            this.#forget(key);
            this.emit('returned', gpu, monotonicMs() - expected.since);
        } else if (owner.kind === 'between' && owner.handover?.phase === 'stuck') {
            this.#tell(gpu, expected, new CardStuckError(nameCard(gpu), owner.handover.step, []));
        } else if (owner.kind === 'between' && owner.handover?.phase === 'failed') {
            const problem = owner.handover.problem ?? '';
            this.#tell(gpu, expected, new CardNotBackError(nameCard(gpu), 'rescan', problem));
        }
    }

    #expect(gpu: Gpu, key: string): Expected {
        const expected: Expected = {since: monotonicMs(), timer: 0, told: false};
        this.#expected.set(key, expected);
        expected.timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, this.deadlineMs, () => {
            expected.timer = 0;
            this.#late(gpu, key, expected);
            return GLib.SOURCE_REMOVE;
        });
        return expected;
    }

    /** One that nobody took from Linux, and that libvirt does not give back, was with vfio before and stays there. */
    #late(gpu: Gpu, key: string, expected: Expected): void {
        if (gpu.owner.kind === 'vfio' && this.cards.recordOf(gpu) === null) {
            this.#forget(key);
            return;
        }
        const message = `not within ${this.deadlineMs} ms`;
        this.#tell(gpu, expected, new CardNotBackError(nameCard(gpu), 'return', message));
    }

    /** The helper knows more of why than its record says. */
    #finished(address: string, direction: string, outcome: HandoverOutcome): void {
        if (direction !== 'return') return;
        const gpu = this.cards.list.byAddress(address);
        const expected = gpu && (this.#expected.get(keyOf(gpu)) ?? null);
        if (!gpu || !expected) return;
        const failure = outcomeFailure(gpu, outcome);
        if (!failure || failure instanceof CardBusyError || failure instanceof CancelledError) return;
        this.#tell(gpu, expected, failure);
    }

    #tell(gpu: Gpu, expected: Expected, error: Error): void {
        stopTimer(expected);
        if (expected.told) return;
        expected.told = true;
        this.emit('stuck', gpu, error);
    }

    #forget(key: string): void {
        const expected = this.#expected.get(key);
        if (!expected) return;
        stopTimer(expected);
        this.#expected.delete(key);
    }
}

function keyOf({identity, address}: Gpu): string {
    return `${identity}@${address}`;
}

function stopTimer(expected: Expected): void {
    if (expected.timer) GLib.Source.remove(expected.timer);
    expected.timer = 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {CancelledError, messageOf} from '../../platform/errors.js';
import {HandoverBusy, HandoverFailed, HandoverRefused, KernelStuck} from './handoverErrors.js';
import {forceBack, type ForcedBack, type Rung} from './forceBack.js';
import {type HandoverPorts, type Moved, type MoveOptions, Mover} from './mover.js';
import {isHome, isLent} from './plan.js';
import type {Sleeper} from './ports.js';
import type {StepTime} from './stepRunner.js';
import {resolveCard} from '../cardIdentity.js';
import type {Direction, UndoRecord} from './undoRecord.js';

export interface DeskPorts extends HandoverPorts {
    /** Null where the machine may not be put to sleep. */
    readonly sleeper?: Sleeper | null;
    /** Told of each handover when it is over, for the journal. */
    readonly onEnd?: (entry: JournalEntry) => void;
}

/** One line of the journal. */
export interface JournalEntry {
    /** The card's display function. */
    readonly address: string;
    readonly direction: Direction | 'force-back' | 'mend';
    readonly by: string;
    /** Milliseconds since 1970. */
    readonly startedAtMs: number;
    /** How long it took, in milliseconds. */
    readonly ms: number;
    readonly result: 'done' | 'already' | 'refused' | 'failed' | 'stuck' | 'cancelled';
    readonly steps: readonly StepTime[];
    /** What went wrong, for the details view. */
    readonly problem: string | null;
}

/** What was found of an earlier helper's work, and what has been done about it. */
export interface Mended {
    readonly record: UndoRecord;
    /**
     * `kept`: the card is lent, as it was meant to be. `returned`: it has been put back. `left`: a person has to
     * decide, or only a reboot helps, or something went wrong that nobody foresaw.
     */
    readonly result: 'kept' | 'returned' | 'left';
    readonly problem: string | null;
}

/** Where handovers are asked for: one at a time, each with its line in the journal. */
export class HandoverDesk {
    readonly #mover: Mover;
    #busyWith: string | null = null;

    constructor(private readonly ports: DeskPorts) {
        this.#mover = new Mover(ports);
    }

    /** The card that is being moved; null when none is. */
    get busyWith(): string | null {
        return this.#busyWith;
    }

    /**
     * Gives a card to vfio, for a machine to take.
     *
     * @param address its display function
     * @throws HandoverBusy, HandoverRefused, HandoverFailed, KernelStuck, CancelledError
     */
    take(address: string, options: MoveOptions): Promise<Moved> {
        return this.#alone(address, 'take', options.by, () => this.#mover.take(address, options));
    }

    /**
     * Gives a card back to Linux, and makes sure that it has arrived.
     *
     * @throws HandoverBusy, HandoverRefused, HandoverFailed, KernelStuck
     */
    giveBack(address: string, options: MoveOptions): Promise<Moved> {
        return this.#alone(address, 'return', options.by, () => this.#mover.giveBack(address, options));
    }

    /**
     * Brings a card back that does not come by itself.
     *
     * @throws HandoverBusy, HandoverRefused when somebody has the card
     */
    forceBack(address: string, upTo: Rung, options: MoveOptions): Promise<ForcedBack> {
        const {sleeper = null} = this.ports;
        return this.#alone(address, 'force-back', options.by, () =>
            forceBack(this.#mover, address, upTo, sleeper, options),
        );
    }

    /** Looks at what an earlier helper has left, explains it, and brings it to an end where that is safe. */
    async mend(): Promise<Mended[]> {
        const results: Mended[] = [];
        for (const record of await this.ports.store.readAll()) {
            const by = 'mend';
            const mend = () => this.#mend(record);
            try {
                results.push(await this.#alone(record.card.address, 'mend', by, mend));
            } catch (error) {
                // Whatever is the matter with one card, the others are not to wait for it.
                results.push({record, result: 'left', problem: messageOf(error)});
            }
        }
        return results;
    }

    async #mend(record: UndoRecord): Promise<Mended> {
        const tree = await this.#mover.readTree();
        const card = resolveCard(tree.cards, record.card).found;
        const lent = card !== null && isLent(card);
        const home = card !== null && isHome(card);
        if (record.phase === 'lent' && !home) return {record, result: 'kept', problem: null};
        if (record.phase === 'failed' && !home) return {record, result: 'left', problem: record.problem};
        if (record.phase === 'moving' && record.direction === 'take' && lent) {
            await this.ports.store.write({...record, phase: 'lent', step: 'keep'});
            return {record, result: 'kept', problem: null};
        }
        if ((await this.#mover.stuckRefusal()).length > 0) {
            await this.ports.store.write({...record, phase: 'stuck'});
            return {record, result: 'left', problem: record.problem};
        }
        try {
            await this.#mover.putBack(record);
            return {record, result: 'returned', problem: null};
        } catch (error) {
            const known =
                error instanceof HandoverRefused ||
                error instanceof HandoverFailed ||
                error instanceof KernelStuck;
            if (!known) throw error;
            return {record, result: 'left', problem: messageOf(error)};
        }
    }

    async #alone<T extends Moved | ForcedBack | Mended>(
        address: string,
        direction: JournalEntry['direction'],
        by: string,
        work: () => Promise<T>,
    ): Promise<T> {
        if (this.#busyWith !== null) throw new HandoverBusy(this.#busyWith);
        this.#busyWith = address;
        const {clock, onEnd} = this.ports;
        const startedAtMs = clock.wallClockMs();
        const startedAt = clock.nowMs();
        const end = (result: JournalEntry['result'], problem: string | null, steps: readonly StepTime[]) =>
            onEnd?.({
                address,
                direction,
                by,
                startedAtMs,
                ms: clock.nowMs() - startedAt,
                result,
                steps,
                problem,
            });
        try {
            const result = await work();
            if (!isAsItWas(result)) end(...outcomeOf(result));
            return result;
        } catch (error) {
            end(resultOf(error), messageOf(error), []);
            throw error;
        } finally {
            this.#busyWith = null;
        }
    }
}

/**
 * Whether a look at an earlier record found a card that is lent, as it says: helpers come and go while a machine has
 * the card, and that is no news.
 */
export function isAsItWas(result: Moved | ForcedBack | Mended): boolean {
    return 'record' in result && result.result === 'kept' && result.record.phase === 'lent';
}

/** What the journal says of something that did not throw. */
function outcomeOf(
    result: Moved | ForcedBack | Mended,
): [JournalEntry['result'], problem: string | null, steps: readonly StepTime[]] {
    if ('already' in result) return [result.already ? 'already' : 'done', null, result.steps];
    if ('returned' in result)
        return result.returned
            ? ['done', null, []]
            : [resultOf(result.because), messageOf(result.because), []];
    return [result.result === 'left' ? 'failed' : 'done', result.problem, []];
}

function resultOf(error: unknown): JournalEntry['result'] {
    if (error instanceof HandoverRefused) return 'refused';
    if (error instanceof KernelStuck) return 'stuck';
    if (error instanceof CancelledError) return 'cancelled';
    return 'failed';
}

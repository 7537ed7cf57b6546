// SPDX-License-Identifier: GPL-3.0-or-later
import {messageOf} from '../../platform/errors.js';
import type {UndoStore} from './ports.js';
import type {StepId} from './stepRunner.js';
import type {Direction, UndoRecord} from './undoRecord.js';

/** Where a keeper writes, and whom it tells. */
export interface KeeperPorts {
    readonly store: UndoStore;
    /** Told of each step as it begins. */
    readonly onStep?: (address: string, direction: Direction, step: StepId) => void;
}

/** Keeps a record as true as it can be while steps run. */
export class RecordKeeper {
    constructor(
        private readonly ports: KeeperPorts,
        public record: UndoRecord,
    ) {}

    async write(changes: Partial<UndoRecord>): Promise<void> {
        this.record = {...this.record, ...changes};
        await this.ports.store.write(this.record);
    }

    /** The record must not stand in the way of bringing a card back. */
    async writeIfPossible(changes: Partial<UndoRecord>): Promise<void> {
        try {
            await this.write(changes);
        } catch (error) {
            console.error(`The record of ${this.record.id} could not be written: ${messageOf(error)}`);
        }
    }

    async begin(id: StepId): Promise<void> {
        this.#tell(id);
        await this.write({step: id});
    }

    async beginIfPossible(id: StepId): Promise<void> {
        this.#tell(id);
        await this.writeIfPossible({step: id});
    }

    /** From here on it goes back. */
    turn(): void {
        this.record = {...this.record, direction: 'return'};
    }

    #tell(id: StepId): void {
        this.ports.onStep?.(this.record.id, this.record.direction, id);
    }
}

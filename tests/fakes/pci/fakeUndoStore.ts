// SPDX-License-Identifier: GPL-3.0-or-later
import type {UndoStore} from '../../../shared/gpu/handover/ports.js';
import {
    parseUndoRecord,
    serializeUndoRecord,
    type UndoRecord,
} from '../../../shared/gpu/handover/undoRecord.js';

/** Records that outlive the helper; they go through their text form, as on disk. */
export class FakeUndoStore implements UndoStore {
    readonly files = new Map<string, string>();
    /** Every phase and step that was ever written, e.g. `moving override`. */
    readonly history: string[] = [];
    /** The disk is full from now on. */
    full = false;

    readAll(): Promise<UndoRecord[]> {
        return Promise.resolve([...this.files.values()].flatMap(text => parseUndoRecord(text) ?? []));
    }

    async write(record: UndoRecord): Promise<void> {
        await new Promise<void>(resolve => setTimeout(resolve));
        if (this.full) throw new Error('No space left on device');
        this.history.push(`${record.phase} ${record.step}`);
        this.files.set(record.id, serializeUndoRecord(record));
    }

    async remove(id: string): Promise<void> {
        await new Promise<void>(resolve => setTimeout(resolve));
        this.files.delete(id);
    }

    /** The only record there is. */
    get only(): UndoRecord | null {
        const [text, ...others] = this.files.values();
        if (others.length > 0) throw new Error('There are several records');
        return text === undefined ? null : parseUndoRecord(text);
    }
}

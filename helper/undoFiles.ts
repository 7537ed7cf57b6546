// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {UndoStore} from '../shared/gpu/handover/ports.js';
import {readRecords, recordFolder, recordPath} from '../shared/gpu/handover/recordFiles.js';
import {serializeUndoRecord, type UndoRecord} from '../shared/gpu/handover/undoRecord.js';
import type {SysRoot} from '../shared/gpu/sysRoot.js';

/** Records of handovers as files below /run, which everybody may read: the hook and the user's programs do. */
export class UndoFiles implements UndoStore {
    constructor(private readonly root: SysRoot) {}

    readAll(): Promise<UndoRecord[]> {
        return readRecords(this.root);
    }

    write(record: UndoRecord): Promise<void> {
        GLib.mkdir_with_parents(recordFolder(this.root), 0o755);
        const flags = GLib.FileSetContentsFlags.CONSISTENT | GLib.FileSetContentsFlags.DURABLE;
        GLib.file_set_contents_full(this.#path(record.id), serializeUndoRecord(record), flags, 0o644);
        return Promise.resolve();
    }

    remove(id: string): Promise<void> {
        GLib.unlink(this.#path(id));
        return Promise.resolve();
    }

    #path(id: string): string {
        const path = recordPath(this.root, id);
        if (path === null) throw new TypeError(`Not an address: ${id}`);
        return path;
    }
}

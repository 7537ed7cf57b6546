// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {BadRecordError} from './handoverErrors.js';
import type {SysRoot} from '../sysRoot.js';
import type {UndoStore} from './ports.js';
import {readRecords, recordFolder, recordPath} from './recordFiles.js';
import {serializeUndoRecord, type UndoRecord} from './undoRecord.js';

/** Records as files below /run, which is gone with the next boot, as are the bindings that they are about. */
export class FileUndoStore implements UndoStore {
    constructor(private readonly root: SysRoot) {}

    readAll(): Promise<UndoRecord[]> {
        return readRecords(this.root);
    }

    async write(record: UndoRecord): Promise<void> {
        const path = this.#path(record.id);
        // Others may read what is going on; who may write is the helper's umask's and the folder's business.
        if (GLib.mkdir_with_parents(recordFolder(this.root), 0o755) !== 0)
            throw new BadRecordError(`${recordFolder(this.root)} cannot be made`);
        const bytes = new TextEncoder().encode(serializeUndoRecord(record));
        await new Promise<void>((resolve, reject) => {
            const file = Gio.File.new_for_path(path);
            // Written aside and renamed, so that who reads never sees a part of it.
            file.replace_contents_bytes_async(
                new GLib.Bytes(bytes),
                null,
                false,
                Gio.FileCreateFlags.REPLACE_DESTINATION,
                null,
                (_file, result) => {
                    try {
                        file.replace_contents_finish(result);
                        resolve();
                    } catch (error) {
                        reject(error);
                    }
                },
            );
        });
    }

    async remove(id: string): Promise<void> {
        const file = Gio.File.new_for_path(this.#path(id));
        await new Promise<void>((resolve, reject) => {
            file.delete_async(GLib.PRIORITY_DEFAULT, null, (_file, result) => {
                try {
                    file.delete_finish(result);
                    resolve();
                } catch (error) {
                    const gone =
                        error instanceof GLib.Error &&
                        error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND);
                    if (gone) resolve();
                    else reject(error);
                }
            });
        });
    }

    #path(id: string): string {
        const path = recordPath(this.root, id);
        if (path === null) throw new BadRecordError(`${id} is no address`);
        return path;
    }
}

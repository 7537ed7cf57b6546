// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {exists, listNames, readText} from '../../platform/files.js';
import {DeadlineError} from '../../platform/errors.js';
import type {Followed} from '../followed.js';
import {isPciAddress} from '../pciAddress.js';
import type {SysRoot} from '../sysRoot.js';
import {parseUndoRecord, type UndoRecord} from './undoRecord.js';

const MOST_BYTES = 65_536;

/** The folder of the helper's records. */
export function recordFolder(root: SysRoot): string {
    return `${root.run}/handover`;
}

/** The file of a card's record; null for an id that is no PCI address. */
export function recordPath(root: SysRoot, id: string): string | null {
    return isPciAddress(id) ? `${recordFolder(root)}/${id}.json` : null;
}

/** Reads the records of handovers that there are; one that cannot be understood is left out. */
export async function readRecords(root: SysRoot): Promise<UndoRecord[]> {
    const names = (listNames(recordFolder(root)) ?? []).filter(
        name => name.endsWith('.json') && isPciAddress(name.slice(0, -'.json'.length)),
    );
    const records = await Promise.all(
        names.sort().map(async name => {
            try {
                const text = await readText(`${recordFolder(root)}/${name}`, {mostBytes: MOST_BYTES});
                const record = parseUndoRecord(text);
                return record?.id === name.slice(0, -'.json'.length) ? record : null;
            } catch (error) {
                // Taken away while it was read, or not for us to read.
                if (error instanceof GLib.Error || error instanceof DeadlineError) return null;
                throw error;
            }
        }),
    );
    return records.filter(record => record !== null);
}

/** Follows the helper's records without asking it, so that looking does not start it. */
export class RecordFolder implements Followed<UndoRecord> {
    readonly #listeners = new Set<() => void>();
    #current: readonly UndoRecord[] = [];
    #monitor: Gio.FileMonitor | null = null;

    /** Nothing is read until `refresh()`, which the list of cards calls at each look. */
    constructor(private readonly root: SysRoot) {}

    get current(): readonly UndoRecord[] {
        return this.#current;
    }

    follow(changed: () => void): () => void {
        this.#listeners.add(changed);
        return () => this.#listeners.delete(changed);
    }

    async refresh(): Promise<void> {
        this.#watch();
        const records = await readRecords(this.root);
        if (JSON.stringify(records) === JSON.stringify(this.#current)) return;
        this.#current = records;
        for (const listener of this.#listeners) listener();
    }

    close(): void {
        this.#monitor?.cancel();
        this.#monitor = null;
        this.#listeners.clear();
    }

    #watch(): void {
        const folder = recordFolder(this.root);
        // GIO looks for a folder that is not there again and again.
        if (this.#monitor || !exists(folder)) return;
        try {
            this.#monitor = Gio.File.new_for_path(folder).monitor_directory(
                Gio.FileMonitorFlags.WATCH_MOVES,
                null,
            );
        } catch (error) {
            // No inotify watch is left: then the kernel's events have to do.
            if (error instanceof GLib.Error) return;
            throw error;
        }
        this.#monitor.connect('changed', () => {
            this.refresh().catch((error: unknown) => console.error(error));
        });
    }
}

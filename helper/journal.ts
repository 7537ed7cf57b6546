// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {JournalEntry} from '../shared/gpu/handover/handoverDesk.js';
import {messageOf} from '../shared/platform/errors.js';
import {readText} from '../shared/platform/files.js';

const MOST_ENTRIES = 300;
const MOST_BYTES = 1_000_000;
const MOST_LETTERS = 500;

/** The handovers of this computer, in a file that survives the boot: a line of JSON each, the newest last. */
export class Journal {
    /** @param path of the file; its folder is made when it is not there */
    constructor(private readonly path: string) {}

    /** The newest first; a line that cannot be understood is left out. */
    async read(): Promise<JournalEntry[]> {
        let text: string;
        try {
            text = await readText(this.path, {mostBytes: MOST_BYTES});
        } catch (error) {
            if (error instanceof GLib.Error) return [];
            throw error;
        }
        return text.split('\n').flatMap(parseEntry).reverse();
    }

    /** Adds one. A journal that cannot be written keeps no card from its owner: that is only said. */
    async add(entry: JournalEntry): Promise<void> {
        const short = {...entry, problem: entry.problem?.slice(0, MOST_LETTERS) ?? null};
        const entries = [short, ...(await this.read())].slice(0, MOST_ENTRIES);
        const text = entries
            .reverse()
            .map(one => `${JSON.stringify(one)}\n`)
            .join('');
        try {
            GLib.mkdir_with_parents(GLib.path_get_dirname(this.path), 0o755);
            GLib.file_set_contents_full(this.path, text, GLib.FileSetContentsFlags.CONSISTENT, 0o644);
        } catch (error) {
            if (!(error instanceof GLib.Error)) throw error;
            console.error(`The journal could not be written: ${messageOf(error)}`);
        }
    }
}

function parseEntry(line: string): JournalEntry[] {
    let value: unknown;
    try {
        value = JSON.parse(line);
    } catch (error) {
        if (error instanceof SyntaxError) return [];
        throw error;
    }
    return isEntry(value) ? [value] : [];
}

function isEntry(value: unknown): value is JournalEntry {
    if (typeof value !== 'object' || value === null) return false;
    const entry = value as Partial<Record<keyof JournalEntry, unknown>>;
    return (
        isTime(entry.startedAtMs) &&
        isTime(entry.ms) &&
        [entry.address, entry.direction, entry.by, entry.result].every(word => typeof word === 'string') &&
        (entry.problem === null || typeof entry.problem === 'string') &&
        Array.isArray(entry.steps)
    );
}

function isTime(value: unknown): boolean {
    return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Files that may be there, may not be, and may not be for us to read: three answers, of which no two are the same.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {withDeadline} from '../../platform/clock.js';
import {DeadlineError, messageOf} from '../../platform/errors.js';
import {queryInfo, readLineBlocks, readText, unlessHanging} from '../../platform/files.js';
import {_} from '../../platform/i18n.js';

/** What came of reading something. */
export type FileReading<T> =
    | {readonly is: 'read'; readonly value: T}
    | {readonly is: 'absent'}
    /** It is there, or may be, and cannot be read. */
    | {readonly is: 'unreadable'; readonly why: string};

const ABSENT = {is: 'absent'} as const;

const MOST_BYTES = 65_536;
const MOST_NAMES = 1_000;

/** A server that is away does not even tell what a file is. In milliseconds. */
const READ_MS = 2_000;

/** The beginning of a text file. @param mostBytes reads no further than this */
export async function readFile(path: string, mostBytes = MOST_BYTES): Promise<FileReading<string>> {
    try {
        // Who opens a pipe waits for somebody to write into it.
        const type = await withDeadline(path, READ_MS, queryInfo(path, 'standard::type'));
        if (type.get_file_type() !== Gio.FileType.REGULAR)
            return {is: 'unreadable', why: _('It is no file.')};
        return {is: 'read', value: await readText(path, {mostBytes})};
    } catch (error) {
        return notRead(error);
    }
}

/** Whether a line of a long file matches; it is read in pieces, and no further than the line. */
export async function readWhether(path: string, pattern: RegExp): Promise<FileReading<boolean>> {
    try {
        for await (const block of readLineBlocks(path))
            if (pattern.test(block)) return {is: 'read', value: true};
        return {is: 'read', value: false};
    } catch (error) {
        return notRead(error);
    }
}

/** The names in a folder, sorted. */
export async function readFolder(path: string): Promise<FileReading<readonly string[]>> {
    try {
        return {is: 'read', value: (await unlessHanging(`names ${path}`, () => list(path))).toSorted()};
    } catch (error) {
        return notRead(error);
    }
}

/** The kind of a file, who may use it, and its size. */
export interface FileKind {
    /** As stat(2) gives it, type and permissions. */
    readonly mode: number;
    readonly sizeBytes: number;
    readonly mayRead: boolean;
    readonly mayWrite: boolean;
    /** Seconds since 1970. */
    readonly changedAt: number;
}

const ATTRIBUTES = 'unix::mode,standard::size,access::can-read,access::can-write,time::modified';

/** What a file is, whatever stands in it; a link counts as what it leads to. */
export async function readKind(path: string): Promise<FileReading<FileKind>> {
    try {
        const info = await queryInfo(path, ATTRIBUTES);
        return {
            is: 'read',
            value: {
                mode: info.get_attribute_uint32('unix::mode'),
                sizeBytes: info.get_size(),
                mayRead: info.get_attribute_boolean('access::can-read'),
                mayWrite: info.get_attribute_boolean('access::can-write'),
                changedAt: Number(info.get_attribute_uint64('time::modified')),
            },
        };
    } catch (error) {
        return notRead(error);
    }
}

function notRead(error: unknown): FileReading<never> {
    if (error instanceof DeadlineError) return {is: 'unreadable', why: error.message};
    if (!(error instanceof GLib.Error)) throw error;
    const {NOT_FOUND, NOT_DIRECTORY} = Gio.IOErrorEnum;
    const absent = error.matches(Gio.IOErrorEnum, NOT_FOUND) || error.matches(Gio.IOErrorEnum, NOT_DIRECTORY);
    return absent ? ABSENT : {is: 'unreadable', why: messageOf(error)};
}

async function list(path: string): Promise<string[]> {
    const names = await enumerate(Gio.File.new_for_path(path));
    try {
        const infos = await nextFiles(names);
        return infos.map(info => info.get_name());
    } finally {
        names.close_async(GLib.PRIORITY_DEFAULT, null, null);
    }
}

function enumerate(folder: Gio.File): Promise<Gio.FileEnumerator> {
    return new Promise((resolve, reject) => {
        folder.enumerate_children_async(
            'standard::name',
            Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS,
            GLib.PRIORITY_DEFAULT,
            null,
            (_folder, result) => {
                try {
                    resolve(folder.enumerate_children_finish(result));
                } catch (error) {
                    reject(error);
                }
            },
        );
    });
}

function nextFiles(names: Gio.FileEnumerator): Promise<Gio.FileInfo[]> {
    return new Promise((resolve, reject) => {
        names.next_files_async(MOST_NAMES, GLib.PRIORITY_DEFAULT, null, (_names, result) => {
            try {
                resolve(names.next_files_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
}

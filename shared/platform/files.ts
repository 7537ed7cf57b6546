// SPDX-License-Identifier: GPL-3.0-or-later
// Reading what the kernel shows as files. Names and links of /sys and /proc come from its memory and never block;
// what stands in a file is made by a driver when it is read, which can take forever, so that happens beside the
// main loop and against a deadline.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {monotonicMs, withDeadline} from './clock.js';
import {DeadlineError} from './errors.js';

/** sysfs gives an attribute in one read, and no more than a page (kernel: Documentation/filesystems/sysfs.rst). */
const PAGE = 4096;

const PIECE = 65_536;
const NEWLINE = 0x0a;
/** access(2) */
const R_OK = 4;

const READ_DEADLINE_MS = 2_000;

/**
 * The names in a directory of /sys or /proc, in the kernel's order.
 *
 * @returns null when it is not there or may not be read
 */
export function listNames(directory: string): string[] | null {
    let open: GLib.Dir;
    try {
        open = GLib.Dir.open(directory, 0);
    } catch (error) {
        if (error instanceof GLib.Error) return null;
        throw error;
    }
    try {
        const names: string[] = [];
        for (let name = open.read_name(); name !== null; name = open.read_name()) names.push(name);
        return names;
    } finally {
        open.close();
    }
}

/**
 * Where a symbolic link of /sys or /proc points, as it stands in the link.
 *
 * @returns null when there is no such link
 */
export function readLink(path: string): string | null {
    try {
        return GLib.file_read_link(path);
    } catch (error) {
        if (error instanceof GLib.Error) return null;
        throw error;
    }
}

/** The last part of where a link points: what sysfs calls a driver, a group, a device. */
export function linkName(path: string): string | null {
    return readLink(path)?.split('/').at(-1) ?? null;
}

/**
 * A short file that the kernel makes from its own memory without waiting for anything, such as /proc/PID/stat.
 * Not for what a driver makes, and not for /proc/PID/cmdline or maps, which wait for the process's memory.
 *
 * @returns null when it is not there or may not be read
 */
export function readShort(path: string): string | null {
    try {
        return new TextDecoder().decode(GLib.file_get_contents(path)[1]);
    } catch (error) {
        if (error instanceof GLib.Error) return null;
        throw error;
    }
}

/** Whether this process may read a file, or list a directory, at this moment. */
export function isReadable(path: string): boolean {
    return GLib.access(path, R_OK) === 0;
}

/** Whether there is something at a path; a link that points nowhere counts as nothing. */
export function exists(path: string): boolean {
    return GLib.file_test(path, GLib.FileTest.EXISTS);
}

/**
 * An attribute of sysfs without the white space around it.
 *
 * @returns null when it is not there, may not be read, or its driver does not answer in time
 */
export async function readAttribute(path: string, deadlineMs = READ_DEADLINE_MS): Promise<string | null> {
    return (await readIfPossible(path, {mostBytes: PAGE, deadlineMs}))?.trim() ?? null;
}

export interface ReadOptions {
    /** Reads no further than this. */
    readonly mostBytes: number;
    readonly deadlineMs?: number;
    /** What stands there from now on: not the answer to an earlier question that has not come yet. */
    readonly fresh?: boolean;
}

/**
 * The beginning of a file; bytes that are no UTF-8 become U+FFFD.
 *
 * @throws GLib.Error when it cannot be read
 * @throws DeadlineError when the kernel does not answer; the read stays under way in a thread of GIO's
 */
export function readText(
    path: string,
    {mostBytes, deadlineMs = READ_DEADLINE_MS, fresh = false}: ReadOptions,
): Promise<string> {
    return withDeadline(path, deadlineMs, fresh ? readBytes(path, mostBytes) : readOnce(path, mostBytes));
}

/** The beginning of a file; null when it is not there, may not be read, or the kernel does not answer. */
export async function readIfPossible(path: string, options: ReadOptions): Promise<string | null> {
    try {
        return await readText(path, options);
    } catch (error) {
        if (error instanceof GLib.Error || error instanceof DeadlineError) return null;
        throw error;
    }
}

interface UnderWay {
    readonly since: number;
    readonly answer: Promise<unknown>;
}

const underWay = new Map<string, UnderWay>();

/** What has taken as long as this waits for a driver, or for a server that is away, in milliseconds. */
const SLOW_MS = 300;

/**
 * What hangs keeps one of GIO's ten threads, and ten of them keep all others from being read at all: so who asks for
 * what does not answer waits for the answer that is still to come.
 *
 * @param key what is asked, and of which file
 */
export function unlessHanging<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const before = underWay.get(key);
    if (before && monotonicMs() - before.since > SLOW_MS) return before.answer as Promise<T>;
    const answer = ask();
    const mine = {since: monotonicMs(), answer};
    underWay.set(key, mine);
    const answered = (): void => {
        if (underWay.get(key) === mine) underWay.delete(key);
    };
    answer.then(answered, answered);
    return answer;
}

function readOnce(path: string, mostBytes: number): Promise<string> {
    return unlessHanging(`${mostBytes} ${path}`, () => readBytes(path, mostBytes));
}

/**
 * What a file is, whatever stands in it; a link counts as what it leads to. It has no deadline of its own.
 *
 * @param attributes as GIO calls them, e.g. `standard::type`
 * @throws GLib.Error
 */
export function queryInfo(path: string, attributes: string): Promise<Gio.FileInfo> {
    return unlessHanging(
        `${attributes} ${path}`,
        () =>
            new Promise((resolve, reject) => {
                const file = Gio.File.new_for_path(path);
                const {NONE} = Gio.FileQueryInfoFlags;
                file.query_info_async(attributes, NONE, GLib.PRIORITY_DEFAULT, null, (_file, result) => {
                    try {
                        resolve(file.query_info_finish(result));
                    } catch (error) {
                        reject(error);
                    }
                });
            }),
    );
}

/**
 * What is free on the file system that a path is on, in bytes. It has no deadline of its own.
 *
 * @throws GLib.Error
 */
export function queryFreeBytes(path: string): Promise<number> {
    const attribute = Gio.FILE_ATTRIBUTE_FILESYSTEM_FREE;
    return unlessHanging(
        `${attribute} ${path}`,
        () =>
            new Promise((resolve, reject) => {
                const file = Gio.File.new_for_path(path);
                file.query_filesystem_info_async(attribute, GLib.PRIORITY_DEFAULT, null, (_file, result) => {
                    try {
                        const info = file.query_filesystem_info_finish(result);
                        resolve(Number(info.get_attribute_uint64(attribute)));
                    } catch (error) {
                        reject(error);
                    }
                });
            }),
    );
}

async function readBytes(path: string, mostBytes: number): Promise<string> {
    const stream = await open(path);
    try {
        const pieces: Uint8Array[] = [];
        let left = mostBytes;
        while (left > 0) {
            const bytes = await readSome(stream, Math.min(left, PIECE));
            if (bytes.length === 0) break;
            left -= bytes.length;
            pieces.push(bytes);
            // What is less than a page is all of an attribute; asking again would cost a turn of the loop.
            if (mostBytes === PAGE) break;
        }
        return new TextDecoder().decode(joined(pieces));
    } finally {
        stream.close_async(GLib.PRIORITY_DEFAULT, null, null);
    }
}

/**
 * A long text file in pieces, each of whole lines, so that the main loop gets its turns in between.
 *
 * @throws GLib.Error when it cannot be read
 */
export async function* readLineBlocks(path: string): AsyncGenerator<string> {
    const stream = await open(path);
    try {
        const decoder = new TextDecoder();
        let rest = new Uint8Array();
        for (;;) {
            const bytes = await readSome(stream, PIECE);
            if (bytes.length === 0) break;
            const end = bytes.lastIndexOf(NEWLINE) + 1;
            const block = joined([rest, end === 0 ? bytes : bytes.subarray(0, end)]);
            if (end > 0) yield decoder.decode(block);
            rest = end === 0 ? block : bytes.slice(end);
        }
        if (rest.length > 0) yield decoder.decode(rest);
    } finally {
        stream.close_async(GLib.PRIORITY_DEFAULT, null, null);
    }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
        all.set(piece, at);
        at += piece.length;
    }
    return all;
}

function open(path: string): Promise<Gio.FileInputStream> {
    return new Promise((resolve, reject) => {
        const file = Gio.File.new_for_path(path);
        file.read_async(GLib.PRIORITY_DEFAULT, null, (_file, result) => {
            try {
                resolve(file.read_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
}

function readSome(stream: Gio.FileInputStream, bytes: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
        stream.read_bytes_async(bytes, GLib.PRIORITY_DEFAULT, null, (_stream, result) => {
            try {
                resolve(stream.read_bytes_finish(result).toArray());
            } catch (error) {
                reject(error);
            }
        });
    });
}

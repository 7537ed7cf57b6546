// SPDX-License-Identifier: GPL-3.0-or-later
// What libvirt has written of a machine into the log that it keeps of each: when it started, and how it ended.
// https://gitlab.com/libvirt/libvirt/-/blob/master/src/qemu/qemu_process.c ("starting up", "shutting down, reason=")
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {_} from '../../platform/i18n.js';
import {isFileName} from './qemuProcess.js';
import {read, type Reading, unread} from './reading.js';

/** How a machine ended the last time. */
export interface LastEnd {
    /** Since 1970. */
    readonly atMs: number;
    /** libvirt's word: `shutdown`, `destroyed`, `crashed`, `failed`, `saved`, `migrated`, `daemon`, … */
    readonly reason: string;
}

/** As much of the end of a log as is read, in bytes: QEMU's arguments are a few kilobytes a start. */
const MOST_LOG = 128 * 1024;

/**
 * Where libvirt keeps the logs of its machines.
 *
 * @param session whether it is the user's own libvirt
 * @param cacheHome `$XDG_CACHE_HOME`
 */
export function logFolder(session: boolean, cacheHome: string): string {
    return session ? `${cacheHome}/libvirt/qemu/log` : '/var/log/libvirt/qemu';
}

/**
 * Reads how a machine ended the last time.
 *
 * @param name as libvirt has it; one that is no file name is not looked up
 * @returns null within when the log, as far as it is read, tells of no end
 */
export async function readLastEnd(
    folder: string,
    name: string,
    cancellable: Gio.Cancellable | null = null,
): Promise<Reading<LastEnd | null>> {
    const why = unread(_('libvirt’s log of it cannot be read.'));
    if (!isFileName(name)) return why;
    try {
        return read(lastEndIn(await readTail(`${folder}/${name}.log`, cancellable)));
    } catch (error) {
        if (!(error instanceof GLib.Error)) throw error;
        // It is made at the first start.
        return error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND) ? read(null) : why;
    }
}

/** The last end that a log tells of. Lines of QEMU's own do not begin with a time like libvirt's. */
export function lastEndIn(log: string): LastEnd | null {
    const pattern =
        /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})\+0000: shutting down, reason=([a-z-]{1,30})$/gm;
    let last: LastEnd | null = null;
    for (const [, day, time, reason] of log.matchAll(pattern)) {
        const atMs = Date.parse(`${day}T${time}Z`);
        if (!Number.isNaN(atMs) && reason !== undefined) last = {atMs, reason};
    }
    return last;
}

function readTail(path: string, cancellable: Gio.Cancellable | null): Promise<string> {
    return new Promise((resolve, reject) => {
        const file = Gio.File.new_for_path(path);
        file.read_async(GLib.PRIORITY_DEFAULT, cancellable, (_file, result) => {
            try {
                const stream = file.read_finish(result);
                stream.seek(0, GLib.SeekType.END, null);
                const from = Math.max(0, stream.tell() - MOST_LOG);
                stream.seek(from, GLib.SeekType.SET, null);
                stream.read_bytes_async(MOST_LOG, GLib.PRIORITY_DEFAULT, cancellable, (_stream, answer) => {
                    try {
                        const bytes = stream.read_bytes_finish(answer).toArray();
                        resolve(new TextDecoder().decode(bytes));
                    } catch (error) {
                        reject(error);
                    } finally {
                        stream.close_async(GLib.PRIORITY_DEFAULT, null, null);
                    }
                });
            } catch (error) {
                reject(error);
            }
        });
    });
}

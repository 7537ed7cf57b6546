// SPDX-License-Identifier: GPL-3.0-or-later
// Small files in which this user's programs keep what they have to remember.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {HandoverError} from './errors.js';
import {readText} from './files.js';

/** Far more than anything that is remembered takes. */
const MOST_BYTES = 1024 * 1024;

/** What is remembered cannot be read or written. */
export class StateFileError extends HandoverError {
    readonly kind = 'state-file';
}

/** Where a program of ours keeps a file. @param names of folders, and of the file */
export function stateFile(...names: readonly string[]): string {
    return GLib.build_filenamev([GLib.get_user_state_dir(), 'handover', ...names]);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOST = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * A machine's file in a folder. Names of machines are anybody's choice, so it is their UUID that it is called by.
 *
 * @param host id of the machine's host
 * @throws StateFileError for what names no machine
 */
export function machineFile(folder: string, host: string, uuid: string): string {
    if (!HOST.test(host) || !UUID.test(uuid)) throw new StateFileError(`${host}/${uuid} names no machine`);
    return GLib.build_filenamev([folder, host, `${uuid}.json`]);
}

/** Whether a text is short enough to be remembered. */
export function fitsState(text: string): boolean {
    return new TextEncoder().encode(text).length <= MOST_BYTES;
}

/**
 * What stands in a file. One that is longer than any of ours counts as none that can be read: its beginning alone would
 * be taken for nothing, and written over.
 *
 * @returns null when there is none
 * @throws StateFileError, DeadlineError
 */
export async function readState(path: string): Promise<string | null> {
    try {
        const text = await readText(path, {mostBytes: MOST_BYTES + 1, fresh: true});
        if (!fitsState(text)) throw new StateFileError(`${path} is longer than any file of ours`);
        return text;
    } catch (error) {
        if (!(error instanceof GLib.Error)) throw error;
        if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND)) return null;
        throw new StateFileError(`${path} cannot be read`, {cause: error});
    }
}

/**
 * Replaces a file, which nobody else may read. It is written aside and renamed, so that who reads never sees a part.
 * What rests on what stood there before is a matter of `changeState`.
 *
 * @throws StateFileError
 */
export function writeState(path: string, text: string): Promise<void> {
    if (!fitsState(text)) return Promise.reject(new StateFileError(`${path} would become too long`));
    const folder = GLib.path_get_dirname(path);
    if (GLib.mkdir_with_parents(folder, 0o700) !== 0)
        return Promise.reject(new StateFileError(`${folder} cannot be made`));
    return new Promise((resolve, reject) => {
        const file = Gio.File.new_for_path(path);
        file.replace_contents_bytes_async(
            new GLib.Bytes(new TextEncoder().encode(text)),
            null,
            false,
            Gio.FileCreateFlags.REPLACE_DESTINATION | Gio.FileCreateFlags.PRIVATE,
            null,
            (_file, result) => {
                try {
                    file.replace_contents_finish(result);
                    resolve();
                } catch (error) {
                    reject(new StateFileError(`${path} cannot be written`, {cause: error}));
                }
            },
        );
    });
}

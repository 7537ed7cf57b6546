// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {HelperError} from '../helperError.js';

/** A file of the system as it is now; null when there is none. */
export interface FoundFile {
    readonly text: string;
    /** Permission bits. */
    readonly mode: number;
    readonly uid: number;
    /** Whether it is a plain file, and no link or folder. */
    readonly plain: boolean;
}

const MOST_BYTES = 262_144;

/** Looks at a file without following a link in its place. */
export async function lookAt(path: string): Promise<FoundFile | null> {
    const file = Gio.File.new_for_path(path);
    let info: Gio.FileInfo;
    try {
        info = await queried(file);
    } catch (error) {
        if (error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND))
            return null;
        throw error;
    }
    const plain = info.get_file_type() === Gio.FileType.REGULAR;
    const readable = plain && info.get_size() <= MOST_BYTES;
    return {
        text: readable ? new TextDecoder().decode(GLib.file_get_contents(path)[1]) : '',
        mode: info.get_attribute_uint32('unix::mode') & 0o7777,
        uid: info.get_attribute_uint32('unix::uid'),
        plain,
    };
}

/**
 * Puts a file in place in one go, with its permissions from the start.
 *
 * @param staging a folder on the same file system in which nobody minds a half-written file
 */
export function putInPlace(path: string, text: string, mode: number, staging: string): void {
    GLib.mkdir_with_parents(GLib.path_get_dirname(path), 0o755);
    const made = GLib.build_filenamev([staging, `.handover-${GLib.uuid_string_random()}`]);
    try {
        GLib.file_set_contents_full(made, text, GLib.FileSetContentsFlags.DURABLE, 0o600);
        if (GLib.chmod(made, mode) !== 0 || GLib.rename(made, path) !== 0)
            throw new HelperError('Failed', `${path} could not be written`);
    } finally {
        GLib.unlink(made);
    }
}

function queried(file: Gio.File): Promise<Gio.FileInfo> {
    return new Promise((resolve, reject) => {
        file.query_info_async(
            'standard::type,standard::size,unix::mode,unix::uid',
            Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS,
            GLib.PRIORITY_DEFAULT,
            null,
            (_file, result) => {
                try {
                    resolve(file.query_info_finish(result));
                } catch (error) {
                    reject(error);
                }
            },
        );
    });
}

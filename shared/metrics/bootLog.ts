// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {readText} from '../platform/files.js';
import {type Boot, parseBoots, serializeBoots, withBoot} from './boot.js';
import {BootLogError} from './metricsErrors.js';

const MOST_BYTES = 65_536;
/** How often it is tried to add something to a file that others change. */
const MOST_ROUNDS = 8;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const HOST = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The last starts of machines, a file each, in this user's state directory. */
export class BootLog {
    /** What is done to files, one after the other: each change reads what the one before it wrote. */
    #queue: Promise<unknown> = Promise.resolve();

    /** @param folder where the files are */
    constructor(
        private readonly folder = GLib.build_filenamev([GLib.get_user_state_dir(), 'handover', 'boots']),
    ) {}

    /**
     * The starts of a machine that are kept, the oldest first; none when there is no file, or no understanding it.
     *
     * @param host id of the machine's host
     * @throws BootLogError when it cannot be read, DeadlineError
     */
    async boots(host: string, uuid: string): Promise<Boot[]> {
        return await this.#inTurn(() => this.#read(this.#path(host, uuid)));
    }

    /**
     * Keeps a start, or what more is known of it.
     *
     * @throws BootLogError when it cannot be written, DeadlineError
     */
    async keep(host: string, uuid: string, boot: Boot): Promise<void> {
        await this.#inTurn(() => this.#merge(this.#path(host, uuid), boot));
    }

    /**
     * Panel and app write the same file, both at the moment that libvirt tells of something. So who has written looks
     * whether it is still there, and else adds it to what the other has written.
     */
    async #merge(path: string, boot: Boot): Promise<void> {
        for (let round = 0; round < MOST_ROUNDS; round++) {
            const tag = await tagOf(path);
            const before = await this.#read(path);
            const text = serializeBoots(withBoot(before, boot));
            if (text === serializeBoots(before)) return;
            if (GLib.mkdir_with_parents(GLib.path_get_dirname(path), 0o700) !== 0)
                throw new BootLogError(`${GLib.path_get_dirname(path)} cannot be made`);
            await write(path, text, tag);
        }
        throw new BootLogError(`${path} is changed again and again`);
    }

    #inTurn<T>(task: () => Promise<T>): Promise<T> {
        const done = this.#queue.then(task);
        this.#queue = done.catch(() => undefined);
        return done;
    }

    async #read(path: string): Promise<Boot[]> {
        try {
            return parseBoots(await readText(path, {mostBytes: MOST_BYTES})) ?? [];
        } catch (error) {
            if (!(error instanceof GLib.Error)) throw error;
            if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND)) return [];
            throw new BootLogError(`${path} cannot be read`, {cause: error});
        }
    }

    /** Names of machines are anybody's choice, so it is their UUID that a file is called by. */
    #path(host: string, uuid: string): string {
        if (!HOST.test(host) || !UUID.test(uuid)) throw new BootLogError(`${host}/${uuid} names no machine`);
        return GLib.build_filenamev([this.folder, host, `${uuid}.json`]);
    }
}

/** What changes with a file; null when there is none, or nothing is known of it. */
function tagOf(path: string): Promise<string | null> {
    return new Promise(resolve => {
        const {NONE} = Gio.FileQueryInfoFlags;
        const file = Gio.File.new_for_path(path);
        file.query_info_async(
            Gio.FILE_ATTRIBUTE_ETAG_VALUE,
            NONE,
            GLib.PRIORITY_DEFAULT,
            null,
            (_file, result) => {
                try {
                    resolve(file.query_info_finish(result).get_etag());
                } catch (error) {
                    // Why it cannot be read is said by who reads it.
                    if (!(error instanceof GLib.Error)) console.error(error);
                    resolve(null);
                }
            },
        );
    });
}

/**
 * Written aside and renamed, so that who reads never sees a part of it.
 *
 * @param tag what it is to have still; another leaves it as it is
 */
function write(path: string, text: string, tag: string | null): Promise<void> {
    return new Promise((resolve, reject) => {
        const file = Gio.File.new_for_path(path);
        file.replace_contents_bytes_async(
            new GLib.Bytes(new TextEncoder().encode(text)),
            tag,
            false,
            Gio.FileCreateFlags.REPLACE_DESTINATION | Gio.FileCreateFlags.PRIVATE,
            null,
            (_file, result) => {
                try {
                    file.replace_contents_finish(result);
                    resolve();
                } catch (error) {
                    if (
                        error instanceof GLib.Error &&
                        error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.WRONG_ETAG)
                    )
                        resolve();
                    else reject(new BootLogError(`${path} cannot be written`, {cause: error}));
                }
            },
        );
    });
}

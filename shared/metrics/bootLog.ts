// SPDX-License-Identifier: GPL-3.0-or-later
import {
    machineFile,
    readState,
    stateFile,
    StateFileError,
    stateTag,
    writeState,
} from '../platform/stateFile.js';
import {type Boot, parseBoots, serializeBoots, withBoot} from './boot.js';

/** How often it is tried to add something to a file that others change. */
const MOST_ROUNDS = 8;

/** The last starts of machines, a file each, in this user's state directory. */
export class BootLog {
    /** What is done to files, one after the other: each change reads what the one before it wrote. */
    #queue: Promise<unknown> = Promise.resolve();

    /** @param folder where the files are */
    constructor(private readonly folder = stateFile('boots')) {}

    /**
     * The starts of a machine that are kept, the oldest first; none when there is no file, or no understanding it.
     *
     * @param host id of the machine's host
     * @throws StateFileError when it cannot be read, DeadlineError
     */
    async boots(host: string, uuid: string): Promise<Boot[]> {
        return await this.#inTurn(() => this.#read(machineFile(this.folder, host, uuid)));
    }

    /**
     * Keeps a start, or what more is known of it.
     *
     * @throws StateFileError when it cannot be written, DeadlineError
     */
    async keep(host: string, uuid: string, boot: Boot): Promise<void> {
        await this.#inTurn(() => this.#merge(machineFile(this.folder, host, uuid), boot));
    }

    /**
     * Panel and app write the same file, both at the moment that libvirt tells of something. So who has written looks
     * whether it is still there, and else adds it to what the other has written.
     */
    async #merge(path: string, boot: Boot): Promise<void> {
        for (let round = 0; round < MOST_ROUNDS; round++) {
            const tag = await stateTag(path);
            const before = await this.#read(path);
            const text = serializeBoots(withBoot(before, boot));
            if (text === serializeBoots(before)) return;
            await writeState(path, text, tag);
        }
        throw new StateFileError(`${path} is changed again and again`);
    }

    #inTurn<T>(task: () => Promise<T>): Promise<T> {
        const done = this.#queue.then(task);
        this.#queue = done.catch(() => undefined);
        return done;
    }

    async #read(path: string): Promise<Boot[]> {
        return parseBoots((await readState(path)) ?? '') ?? [];
    }
}

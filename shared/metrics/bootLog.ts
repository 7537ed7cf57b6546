// SPDX-License-Identifier: GPL-3.0-or-later
import {changeState} from '../platform/stateChange.js';
import {machineFile, readState, stateFile} from '../platform/stateFile.js';
import {type Boot, parseBoots, serializeBoots, withBoot} from './boot.js';

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

    /** Panel and app write the same file, both at the moment that libvirt tells of something. */
    async #merge(path: string, boot: Boot): Promise<void> {
        await changeState(path, text => {
            const before = parseBoots(text ?? '') ?? [];
            const after = serializeBoots(withBoot(before, boot));
            return after === serializeBoots(before) ? null : after;
        });
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

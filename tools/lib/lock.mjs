// SPDX-License-Identifier: GPL-3.0-or-later
import {mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {progress} from './progress.mjs';

/** @param {string} file a lock @returns {Promise<boolean>} whether its holder has gone */
async function isStale(file) {
    let holder;
    try {
        holder = Number(await readFile(file, 'utf8'));
    } catch {
        return false; // given back in this moment
    }
    if (!Number.isInteger(holder) || holder <= 0) return false;
    try {
        process.kill(holder, 0);
        return false;
    } catch (error) {
        return error.code === 'ESRCH';
    }
}

/**
 * Runs `work` while holding a lock that other runs of these tools respect.
 * @template T
 * @param {string} file the lock, a file holding the process id
 * @param {string} waiting what to say when somebody else holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, waiting, work) {
    await mkdir(dirname(file), {recursive: true});
    let said = false;
    for (;;) {
        try {
            await writeFile(file, String(process.pid), {flag: 'wx'});
            break;
        } catch (error) {
            if (error.code !== 'EEXIST') throw error;
        }
        if (await isStale(file)) {
            const aside = `${file}.stale-${process.pid}`;
            await rename(file, aside).catch(error => {
                if (error.code !== 'ENOENT') throw error;
            });
            await rm(aside, {force: true});
            continue;
        }
        if (!said) progress(waiting);
        said = true;
        await delay(100);
    }
    try {
        return await work();
    } finally {
        await rm(file, {force: true});
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * @param {string} build a Meson build folder
 * @returns {Promise<string[]>} what its last installation wrote, as absolute paths; folders that
 *   it had to make are among them
 */
export async function installLog(build) {
    const text = await readFile(join(build, 'meson-logs/install-log.txt'), 'utf8').catch(() => '');
    return text.split('\n').filter(line => line.startsWith('/'));
}

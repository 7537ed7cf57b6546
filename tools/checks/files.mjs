// SPDX-License-Identifier: GPL-3.0-or-later
import {execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {checkout} from '../names.mjs';

const notOurs = /^(build|node_modules|\.git)(\/|$)/;

/**
 * Every file of the checkout that belongs to the project, committed or about to be.
 *
 * @returns {string[]} paths from the top of the checkout, sorted
 */
export function projectFiles() {
    try {
        const list = execFileSync(
            'git',
            ['-c', `safe.directory=${checkout}`, 'ls-files', '-coz', '--exclude-standard', '--deduplicate'],
            {cwd: checkout, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']},
        );
        const deleted = execFileSync('git', ['-c', `safe.directory=${checkout}`, 'ls-files', '-dz'], {
            cwd: checkout,
            encoding: 'utf8',
        }).split('\0');
        return list
            .split('\0')
            .filter(path => path !== '' && !deleted.includes(path))
            .sort();
    } catch (error) {
        // No git here, or no repository: an unpacked archive holds the project's files only.
        if (error.code !== 'ENOENT' && typeof error.status !== 'number') throw error;
        return readdirSync(checkout, {recursive: true, withFileTypes: true})
            .filter(entry => entry.isFile())
            .map(entry => `${entry.parentPath}/${entry.name}`.slice(checkout.length + 1))
            .filter(path => !notOurs.test(path))
            .sort();
    }
}

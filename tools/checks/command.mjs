// SPDX-License-Identifier: GPL-3.0-or-later
import {spawn} from 'node:child_process';
import {checkout} from '../names.mjs';

/**
 * Runs a program whose exit code is the answer.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<string[]>} nothing when it succeeded, else what it printed, line by line
 */
export function linesIfFailed(program, args) {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, {cwd: checkout, stdio: ['ignore', 'pipe', 'pipe']});
        let output = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (output += data));
        child.on('error', reject);
        child.on('close', code => {
            const lines = output.split('\n').filter(line => line.trim() !== '');
            resolve(code === 0 ? [] : [...lines, `${program} ended with ${code}`]);
        });
    });
}

/**
 * Runs a program that belongs to an npm package of ours.
 *
 * @param {string} script path below node_modules
 * @param {string[]} args
 * @returns {Promise<string[]>} as {@link linesIfFailed}
 */
export function npmProgram(script, args) {
    return linesIfFailed(process.execPath, [`node_modules/${script}`, ...args]);
}

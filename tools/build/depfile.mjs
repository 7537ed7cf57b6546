// SPDX-License-Identifier: GPL-3.0-or-later
import {writeFileSync} from 'node:fs';
import {resolve} from 'node:path';

/**
 * Tells Ninja which files an output was made of.
 *
 * @param {string} path the depfile
 * @param {string} output as Ninja knows it: relative to the build folder
 * @param {Iterable<string>} inputs
 */
export function writeDepfile(path, output, inputs) {
    const escape = text => text.replaceAll(' ', '\\ ');
    const list = [...inputs].map(input => escape(resolve(input)));
    writeFileSync(path, `${escape(output)}: ${list.join(' ')}\n`);
}

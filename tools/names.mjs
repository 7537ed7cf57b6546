// SPDX-License-Identifier: GPL-3.0-or-later
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** Top folder of the checkout, without a slash at the end. */
export const checkout = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/**
 * Every name in `shared/names.ts`. The file holds plain string literals only, so that the
 * build can read it before anything is installed.
 *
 * @returns {Record<string, string>} for example `{APP_ID: 'io.github…', …}`
 */
export function readNames() {
    const source = readFileSync(`${checkout}/shared/names.ts`, 'utf8');
    const names = Object.fromEntries(
        [...source.matchAll(/^export const ([A-Z_]+) = '([^'\\\n]*)';$/gm)].map(match => [
            match[1],
            match[2],
        ]),
    );
    const exported = source.match(/^export /gm)?.length ?? 0;
    if (Object.keys(names).length !== exported) {
        throw new Error('shared/names.ts: each export must be a const in capitals with a plain string');
    }
    return names;
}

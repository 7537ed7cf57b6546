// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the checks of the sources: node tools/checks/run.mjs [--json] [GROUP|NAME…]; all without an
// argument. With --json each result is a line of JSON: {name, ok, details}.
// The group "sources" needs the npm packages only, "platform" the tools of a GNOME sysroot.
import {fileURLToPath} from 'node:url';
import {checkout} from '../names.mjs';
import {platformChecks} from './platform.mjs';
import {sourceChecks} from './sources.mjs';

/**
 * @typedef {object} Check
 * @property {string} name what holds when it passes
 * @property {() => string[] | Promise<string[]>} run gives what is wrong, a line each; none is good
 */

/** @type {Record<string, Check[]>} */
export const groups = {
    types: sourceChecks.filter(check => check.name.startsWith('types: ')),
    sources: sourceChecks,
    platform: platformChecks,
};

/**
 * @param {Check} check
 * @returns {Promise<{name: string, ok: boolean, details: string[]}>}
 */
export async function runCheck(check) {
    let details;
    try {
        details = await check.run();
    } catch (error) {
        details = [String(error.stack ?? error)];
    }
    return {name: check.name, ok: details.length === 0, details};
}

/** A result for a person to read. */
function inWords({name, ok, details}) {
    return [`${ok ? 'ok    ' : 'not ok'} ${name}`, ...details.map(line => `       ${line}`)].join('\n');
}

async function main(args) {
    process.chdir(checkout);
    const json = args.includes('--json');
    const wanted = args.filter(word => word !== '--json');
    const all = [...groups.sources, ...groups.platform];
    const chosen =
        wanted.length === 0
            ? all
            : all.filter(check => wanted.some(word => word === check.name || groups[word]?.includes(check)));
    if (chosen.length === 0) {
        console.error(`No such check. There are:\n${all.map(check => `  ${check.name}`).join('\n')}`);
        return 2;
    }
    let failed = 0;
    for (const check of chosen) {
        const result = await runCheck(check);
        if (!result.ok) failed++;
        console.log(json ? JSON.stringify(result) : inWords(result));
    }
    return failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));

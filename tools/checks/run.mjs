// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the checks of the sources: node tools/checks/run.mjs [GROUP|NAME…]; all without an argument.
// The group "sources" needs the npm packages only, "platform" the tools of a GNOME sysroot.
import {existsSync} from 'node:fs';
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

async function main(wanted) {
    process.chdir(checkout);
    if (!existsSync('node_modules')) {
        console.error('The npm packages are not installed. Run "npm ci" first.');
        return 2;
    }
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
        const {name, ok, details} = await runCheck(check);
        console.log(`${ok ? 'ok    ' : 'not ok'} ${name}`);
        for (const line of details) console.log(`       ${line}`);
        if (!ok) failed++;
    }
    return failed === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));

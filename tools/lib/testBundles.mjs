// SPDX-License-Identifier: GPL-3.0-or-later
import {readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {checkout} from './enter.mjs';

const runner = 'tests/harness/runJasmine.ts';

/**
 * @param {string} suite a folder below tests/
 * @returns {string[]} its test files, relative to the checkout
 */
export function testFiles(suite) {
    let names;
    try {
        names = readdirSync(join(checkout, 'tests', suite), {recursive: true});
    } catch (error) {
        if (error.code === 'ENOENT') return [];
        throw error;
    }
    return names
        .filter(name => /\.test\.(ts|mjs)$/.test(name))
        .sort()
        .map(name => `tests/${suite}/${name}`);
}

/** @param {string} file a test file  @returns {string} its bundle, relative to the checkout */
export function bundleOf(file) {
    return file.replace(/^tests\//, 'build/tests/').replace(/\.ts$/, '.js');
}

/** The bundle that runs any other: `gjs -m FILE BUNDLE [FILTER]`. */
export const runnerBundle = bundleOf(runner);

/** @type {import('esbuild').Plugin} */
const jasmine = {
    name: 'jasmine',
    setup(context) {
        // The package's entry is a loader that needs Node.js; the module behind it does not.
        context.onResolve({filter: /^jasmine-core$/}, () => ({
            path: join(checkout, 'node_modules/jasmine-core/lib/jasmine-core/jasmine.js'),
        }));
    },
};

/** @param {string} file a test file  @returns {string[]} programs that it may start: programs/*.ts beside it */
function programsBeside(file) {
    const folder = `${dirname(file)}/programs`;
    try {
        return readdirSync(join(checkout, folder))
            .filter(name => name.endsWith('.ts'))
            .map(name => `${folder}/${name}`);
    } catch (error) {
        if (error.code === 'ENOENT') return [];
        throw error;
    }
}

/**
 * Bundles test files and what runs them into build/tests.
 * @param {string[]} files relative to the checkout
 */
export async function bundleTests(files) {
    const load = path => import(pathToFileURL(join(checkout, path)).href);
    const config = await load('esbuild.config.mjs');
    const {build} = await load('node_modules/esbuild/lib/main.js');
    await build({
        absWorkingDir: checkout,
        bundle: true,
        format: 'esm',
        target: 'firefox128',
        external: config.external,
        plugins: [jasmine],
        logLevel: 'warning',
        entryPoints: [runner],
        outbase: 'tests',
        outdir: 'build/tests',
    });
    const all = [...files, ...files.flatMap(programsBeside)];
    if (all.length > 0) await config.bundleTests([...new Set(all)], join(checkout, 'build/tests'));
}

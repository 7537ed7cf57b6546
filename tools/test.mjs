// SPDX-License-Identifier: GPL-3.0-or-later
// All tests: node tools/test.mjs [SUITE|FILE…] [--gnome 48|51] [--filter TEXT] [--jobs N]
import {parseArgs} from 'node:util';
import {ensureGuest} from './lib/guest.mjs';
import {progress, runTool, ToolError} from './lib/progress.mjs';
import {ensureBuild, ensureNodeModules} from './lib/project.mjs';
import {ensureSysroot} from './lib/sysroots.mjs';
import {Tally} from './lib/tally.mjs';
import {bundleTests, testFiles} from './lib/testBundles.mjs';
import {runChecks, runTestFiles, runToolFile} from './lib/testRun.mjs';

/**
 * Each suite with the GNOME versions that it runs on, the floor first, whether it uses the
 * installed project rather than the sources, and whether it boots the test guest.
 */
const suites = {
    checks: {versions: ['48'], installed: false, guest: false},
    tools: {versions: ['48'], installed: false, guest: false},
    unit: {versions: ['48'], installed: false, guest: false},
    gpuHook: {versions: ['48'], installed: false, guest: false},
    helper: {versions: ['48'], installed: false, guest: false},
    libvirt: {versions: ['48'], installed: false, guest: true},
    cli: {versions: ['48'], installed: true, guest: true},
    shell: {versions: ['48', '51'], installed: true, guest: true},
    app: {versions: ['48', '51'], installed: true, guest: true},
};

const usage = `Usage: npm test -- [SUITE|FILE…] [--gnome 48|51] [--filter TEXT] [--jobs N]
Suites: ${Object.keys(suites).join(', ')}; all of them when none is named.
FILE is a test file such as tests/unit/names.test.ts; TEXT is part of a test's name;
N is how many files of a suite run at the same time (1).`;

/** @returns what to run: suites with their files, GNOME versions, filter */
function parse() {
    let parsed;
    try {
        parsed = parseArgs({
            allowPositionals: true,
            options: {
                gnome: {type: 'string'},
                filter: {type: 'string', default: ''},
                jobs: {type: 'string', default: '1'},
                help: {type: 'boolean', default: false},
            },
        });
    } catch (error) {
        throw new ToolError(`${error.message}\n\n${usage}`);
    }
    const {values, positionals} = parsed;
    const {gnome, filter, help} = values;
    const plan = new Map();
    for (const word of positionals.length === 0 ? Object.keys(suites) : positionals) {
        const [, suite = word] = /^tests\/([^/]+)\/.+\.test\.(?:ts|mjs)$/.exec(word) ?? [];
        if (!(suite in suites)) throw new ToolError(`There is no suite “${word}”.\n\n${usage}`);
        const files = suite === word ? testFiles(suite) : [word];
        plan.set(suite, [...new Set([...(plan.get(suite) ?? []), ...files])]);
    }
    if (gnome !== undefined && !['48', '51'].includes(gnome)) throw new ToolError(usage);
    const versions = gnome === undefined ? ['48', '51'] : [gnome];
    const jobs = Number(values.jobs);
    if (!Number.isInteger(jobs) || jobs < 1) throw new ToolError(usage);
    return {plan, versions, filter, jobs, help};
}

/**
 * Makes ready what every suite needs.
 * @returns the floor's sysroot and the test files that can be bundled; no sysroot when there is none
 */
async function setUp(plan, tally) {
    try {
        await ensureNodeModules();
        const floor = await ensureSysroot('48');
        if ([...plan.keys()].some(suite => suites[suite].guest)) await ensureGuest();
        return {
            floor,
            bundled: await bundle(
                [...plan.values()].flat().filter(file => file.endsWith('.ts')),
                tally,
            ),
        };
    } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        tally.fail('the set-up', [error.message]);
        return {floor: undefined, bundled: new Set()};
    }
}

/** Builds and installs the project, as a test of its own. @returns whether it is installed */
async function install(gnome, tally) {
    const name = `the project builds on GNOME ${gnome}`;
    try {
        await ensureBuild(gnome);
        tally.pass(name);
        return true;
    } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        tally.fail(name, [error.message]);
        return false;
    }
}

/** Bundles the test files; one that cannot be bundled fails alone. @returns those that can */
async function bundle(files, tally) {
    try {
        await bundleTests(files);
        return new Set(files);
    } catch {
        progress('One test file does not bundle; looking which.');
    }
    const good = new Set();
    for (const file of files) {
        try {
            await bundleTests([file]);
            good.add(file);
        } catch (error) {
            tally.fail(`${file}: it can be bundled`, [error.message]);
        }
    }
    return good;
}

/** Runs the chosen suites on one GNOME version. @returns how many specs each suite ran */
async function runSuites(gnome, directory, chosen, bundled, options, tally) {
    const counts = new Map();
    const needsInstall = chosen.some(([suite]) => suites[suite].installed);
    if (needsInstall) tally.section(`GNOME ${gnome}`);
    const installed = needsInstall && (await install(gnome, tally));
    for (const [suite, files] of chosen) {
        tally.section(`${suite} on GNOME ${gnome}`);
        counts.set(suite, 0);
        if (files.length === 0) tally.fail(`suite ${suite}`, ['It has no test file.']);
        if (suites[suite].installed && !installed) {
            tally.fail(`suite ${suite}`, ['It did not run, because the project does not build.']);
            continue;
        }
        const good = files.filter(name => bundled.has(name));
        counts.set(suite, await runTestFiles(directory, gnome, good, options, tally));
    }
    return counts;
}

await runTool(async () => {
    const {plan, versions, filter, jobs, help} = parse();
    if (help) {
        process.stdout.write(`${usage}\n`);
        return 0;
    }
    const tally = new Tally();
    const begun = Date.now();
    const {floor, bundled} = await setUp(plan, tally);
    if (floor === undefined) return tally.close();

    if (plan.has('checks') && versions.includes('48')) {
        tally.section('checks');
        await runChecks('sources', undefined, tally);
        await runChecks('platform', floor, tally);
    }
    plan.delete('checks');
    let ran = 0;
    if (plan.has('tools') && versions.includes('48')) {
        tally.section('tools');
        for (const file of plan.get('tools')) ran += await runToolFile(file, filter, tally);
    }
    plan.delete('tools');
    const on = gnome => [...plan].filter(([suite]) => suites[suite].versions.includes(gnome));
    let counts = new Map();
    if (versions.includes('48') && on('48').length > 0)
        counts = await runSuites('48', floor, on('48'), bundled, {filter, jobs}, tally);
    ran = [...counts.values()].reduce((sum, count) => sum + count, ran);
    if (versions.includes('51') && on('51').length > 0) {
        let ceiling;
        try {
            ceiling = await ensureSysroot('51');
        } catch (error) {
            if (!(error instanceof ToolError)) throw error;
            progress(error.message);
            const lost = on('51').reduce(
                (sum, [suite, files]) => sum + (counts.get(suite) ?? files.length),
                0,
            );
            tally.skip(lost, 'the sysroot for GNOME 51 could not be made');
        }
        if (ceiling !== undefined) {
            const more = await runSuites('51', ceiling, on('51'), bundled, {filter, jobs}, tally);
            ran = [...more.values()].reduce((sum, count) => sum + count, ran);
        }
    }
    if (filter !== '' && ran === 0) tally.fail('the filter', [`No test's name holds “${filter}”.`]);
    progress(`\n${Math.round((Date.now() - begun) / 1000)} s`);
    return tally.close();
});

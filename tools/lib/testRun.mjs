// SPDX-License-Identifier: GPL-3.0-or-later
import {join} from 'node:path';
import {checkout, enterSysroot} from './enter.mjs';
import {run} from './process.mjs';
import {HeldTally} from './tally.mjs';
import {bundleOf, runnerBundle} from './testBundles.mjs';

/** How long one test file may take before everything in its sysroot is killed. */
const fileTimeoutMs = 300_000;

/** What a test file must not leave in its output: nobody caught it. */
const uncaught = /JS ERROR|Unhandled promise rejection/;

/** How much of a file's own output is shown when it fails. */
const tailLines = 40;

/**
 * Collects what one test file says.
 * @param {string} file the test file
 * @param {import('./tally.mjs').Tally | import('./tally.mjs').HeldTally} tally gets every result
 */
function listener(file, tally) {
    const output = [];
    let specs = 0;
    let current;
    let done;
    const tail = () => output.slice(-tailLines);
    const onResult = ({type, name, status, ms, problems}) => {
        if (type === 'started') current = name;
        if (type === 'done') done = problems;
        if (type !== 'spec') return;
        current = undefined;
        specs += 1;
        if (status === 'passed') tally.pass(name, ms);
        else tally.fail(name, [...problems, ...tail()]);
    };
    return {
        onLine(line) {
            if (line.startsWith('@@')) onResult(JSON.parse(line.slice(2)));
            else output.push(line);
        },
        /** @returns how many specs ran; a file that did not come to its end is a failure of its own */
        close(code, filter) {
            const problems = [...(done ?? [])];
            if (done === undefined) {
                const how =
                    code === 124
                        ? `was killed after ${fileTimeoutMs / 1000} s`
                        : `ended early with code ${code}`;
                problems.push(`The file ${how}${current === undefined ? '' : `, in: ${current}`}`);
            } else if (specs === 0 && filter === '') problems.push('The file has no test.');
            if (problems.length > 0) tally.fail(file, [...problems, ...tail()]);
            const at = output.findIndex(line => uncaught.test(line));
            if (at >= 0) tally.fail(`${file}: nothing is left uncaught`, output.slice(at, at + 12));
            return specs;
        },
    };
}

/**
 * Runs one test file in a sysroot of its own: own buses, own libvirt, own Shell.
 * @param {string} directory the sysroot
 * @param {string} gnome '48' or '51'
 * @param {string} file the test file, such as tests/unit/x.test.ts
 * @param {string} filter only specs whose name holds this; '' for all
 * @param {import('./tally.mjs').Tally} tally gets every result
 * @returns {Promise<number>} how many specs ran
 */
export async function runTestFile(directory, gnome, file, filter, tally) {
    const {onLine, close} = listener(file, tally);
    const command = ['gjs', '-m', runnerBundle, bundleOf(file), filter];
    const code = await enterSysroot(directory, command, {gnome, run: {timeoutMs: fileTimeoutMs, onLine}});
    return close(code, filter);
}

/**
 * Runs test files, several at a time; what is told of them comes in their order.
 * @param {string} directory the sysroot
 * @param {string} gnome '48' or '51'
 * @param {string[]} files the test files
 * @param {{filter: string, jobs: number}} options how many at a time; filter as for {@link runTestFile}
 * @param {import('./tally.mjs').Tally} tally gets every result
 * @returns {Promise<number>} how many specs ran
 */
export async function runTestFiles(directory, gnome, files, {filter, jobs}, tally) {
    if (jobs === 1) {
        let specs = 0;
        for (const file of files) specs += await runTestFile(directory, gnome, file, filter, tally);
        return specs;
    }
    const waiting = files.map(file => ({file, held: new HeldTally()}));
    const untold = [...waiting];
    const ended = new Set();
    let specs = 0;
    const work = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
            specs += await runTestFile(directory, gnome, next.file, filter, next.held);
            ended.add(next);
            while (ended.has(untold[0])) untold.shift().held.tell(tally);
        }
    };
    await Promise.all(Array.from({length: jobs}, work));
    return specs;
}

/**
 * Runs one test file of the tools, on the host.
 * @param {string} file the test file, such as tests/tools/x.test.mjs
 * @param {string} filter only tests whose name holds this; '' for all
 * @param {import('./tally.mjs').Tally} tally gets every result
 * @returns {Promise<number>} how many tests ran
 */
export async function runToolFile(file, filter, tally) {
    const {onLine, close} = listener(file, tally);
    const reporter = `--test-reporter=${join(checkout, 'tools/lib/nodeReporter.mjs')}`;
    const pattern = filter === '' ? [] : [`--test-name-pattern=${filter.replace(/[^\w ]/g, '.')}`];
    const code = await run([process.execPath, '--test', reporter, ...pattern, file], {
        cwd: checkout,
        timeoutMs: fileTimeoutMs,
        onLine,
    });
    return close(code, filter);
}

/**
 * Runs a group of the checks of the sources, on the host or in a sysroot.
 * @param {'sources' | 'platform'} group
 * @param {string | undefined} directory the sysroot, for `platform`
 * @param {import('./tally.mjs').Tally} tally gets every result
 */
export async function runChecks(group, directory, tally) {
    const other = [];
    let results = 0;
    const onLine = line => {
        if (!line.startsWith('{')) {
            other.push(line);
            return;
        }
        const {name, ok, details} = JSON.parse(line);
        results += 1;
        if (ok) tally.pass(name);
        else tally.fail(name, details);
    };
    const script = 'tools/checks/run.mjs';
    const options = {onLine, timeoutMs: fileTimeoutMs};
    const code =
        directory === undefined
            ? await run([process.execPath, join(checkout, script), '--json', group], {
                  ...options,
                  cwd: checkout,
              })
            : await enterSysroot(directory, ['node', script, '--json', group], {gnome: '48', run: options});
    if (results === 0 || code > 1)
        tally.fail(`checks: ${group} run to their end`, [`exit code ${code}`, ...other]);
}

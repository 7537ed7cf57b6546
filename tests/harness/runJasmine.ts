// SPDX-License-Identifier: GPL-3.0-or-later
// Runs one bundled test file: gjs -m runJasmine.js FILE [FILTER]
// Prints one line of JSON for each spec, marked with @@, for the runner of the suites.
import './jasmineGlobals.js';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import jasmineCore from 'jasmine-core';

const [file = '', filter = ''] = System.programArgs;

jasmineCore.installGlobals(globalThis);
const env = jasmine.getEnv();
env.configure({
    random: false,
    failSpecWithNoExpectations: true,
    ...(filter === '' ? {} : {specFilter: (spec: jasmine.Spec) => spec.getFullName().includes(filter)}),
});
// It ends what hangs; a slow computer may take its time.
jasmine.DEFAULT_TIMEOUT_INTERVAL = 90_000;

/** A line that the runner of the suites reads. */
function report(result: object): void {
    print(`@@${JSON.stringify(result)}`);
}

/** What went wrong, with the lines of the tests' own files. */
function problems(result: {failedExpectations: jasmine.FailedExpectation[]}): string[] {
    return result.failedExpectations.map(({message, stack}) => {
        const frames = (stack ?? '').split('\n').filter(line => line !== '<Jasmine>');
        return [message, ...frames.slice(0, 8)].join('\n');
    });
}

env.addReporter({
    specStarted({fullName}) {
        report({type: 'started', name: fullName});
    },
    specDone(result) {
        if (result.status === 'excluded') return;
        const {fullName: name, status, duration} = result;
        const found = problems(result);
        if (status !== 'passed' && found.length === 0) found.push(`${status}: it expects nothing`);
        report({type: 'spec', name, status, ms: duration ?? 0, problems: found});
    },
    suiteDone(result) {
        const found = problems(result);
        if (found.length > 0)
            report({
                type: 'spec',
                name: `${result.fullName} (set-up)`,
                status: 'failed',
                ms: 0,
                problems: found,
            });
    },
    jasmineDone({failedExpectations, overallStatus, incompleteReason}) {
        const found = problems({failedExpectations});
        if (overallStatus === 'incomplete') found.push(incompleteReason ?? 'incomplete');
        report({type: 'done', problems: found});
    },
});

const loop = new GLib.MainLoop(null, false);

async function main(): Promise<void> {
    try {
        await import(Gio.File.new_for_commandline_arg(file).get_uri());
        await env.execute();
    } catch (error) {
        const text = error instanceof Error ? `${String(error)}\n${error.stack ?? ''}` : String(error);
        report({type: 'done', problems: [`${file} did not load: ${text}`]});
    }
    loop.quit();
}

// An own main loop: while a module awaits at its top level, GJS spins instead of sleeping.
void main();
loop.run();
System.exit(0);

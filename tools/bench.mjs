// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the budgets, side by side with other programs: node tools/bench.mjs [OPTION…]
import {readFileSync} from 'node:fs';
import {cpus, loadavg} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {checkout, enterSysroot} from './lib/enter.mjs';
import {progress, runTool, ToolError} from './lib/progress.mjs';
import {ensureBuild} from './lib/project.mjs';
import {ensureSysroot} from './lib/sysroots.mjs';

const names = [
    'start',
    'idle',
    'signal',
    'shell',
    'memory',
    'cli',
    'metrics',
    'holders',
    'gpu',
    'gpuHelper',
    'gpuHook',
    'gpuPanel',
    'graphs',
];
const programs = [
    'bench/main',
    'bench/programs/emptyWindow',
    'bench/programs/followMachines',
    'bench/programs/pretendedStatistics',
    'bench/programs/sampleMachines',
    'helper/programs/helperOnFakes',
];

const usage = `Usage: npm run bench -- [OPTION…]
Measures Handover beside virt-manager, virsh, an empty libadwaita window and "gjs -c 1", in one
run in one sysroot, each in turn, and holds the medians against the budgets. Prints tables and
writes build/bench/bench.json.

  --gnome 48|51  the GNOME version (default 48)
  --only NAME    only this measurement; may be given more than once
                 (${names.join(', ')})
  --runs N       how many times each thing is measured (default 9)
  --quick        few and short runs, to see that everything works; the figures are rough
  --no-build     leave the installed build as it is
  --help         print this

What is measured, and how (tests/bench/ has the details):
  start   exec until the last machine's row is in the accessibility tree, which is looked at
          every 5 ms; 1, 100 and 1,000 running machines; on Xvfb with llvmpipe. virt-manager
          opens test:///FILE itself, Handover asks a libvirt-dbus that runs already and has
          the same machines. All are warm: each has been started once before.
  idle    processor time in 20 s with the window open, and calls to libvirt, by a bus monitor
  signal  asking libvirt for a change until the machine's property has it, in another process
  shell   longest block of GNOME Shell's main loop, by a timer of 1 ms in the Shell; begins when the
          Shell has just collected its garbage, which GJS does every ten seconds, whoever left it
  memory  growth of the Shell over 200 times disabling and enabling, after 200 to warm up
  cli     exec to exit of "handover list", "virsh list --all" and "gjs -c 1"
  holders who holds a card, with 500 processes and 20,000 descriptors; and how long that keeps
          the main loop
  gpu     the kernel's event until the card's property has it, and the engine of a handover
          on a pretended machine whose kernel answers at once
  gpuHelper  the same through the helper, over D-Bus with a polkit that says yes at once; its
          start by itself
  gpuHook exec to exit of the guard hook
  gpuPanel  the kernel's event until the card's row in the open menu of the Shell has it
Time in which another program had the processor is taken off in start and shell, for all
alike. Still, ratios mean something only on a machine that does nothing else.`;

function parse(argv) {
    const {values} = parseArgs({
        args: argv,
        options: {
            gnome: {type: 'string', default: '48'},
            only: {type: 'string', multiple: true, default: []},
            runs: {type: 'string'},
            quick: {type: 'boolean', default: false},
            'no-build': {type: 'boolean', default: false},
            help: {type: 'boolean', default: false},
        },
    });
    const unknown = values.only.find(name => !names.includes(name));
    if (unknown !== undefined) throw new Error(`There is no measurement called ${unknown}.`);
    const runs = Number(values.runs ?? (values.quick ? 3 : 9));
    if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a number from 1.');
    return {...values, runs, build: !values['no-build']};
}

/** Bundles what runs in the sysroot. */
async function bundle() {
    const {bundleTests} = await import(pathToFileURL(join(checkout, 'esbuild.config.mjs')).href);
    const files = programs.map(name => `tests/${name}.ts`);
    await bundleTests(files, join(checkout, 'build/tests'));
}

await runTool(async () => {
    let options;
    try {
        options = parse(process.argv.slice(2));
    } catch (error) {
        throw new ToolError(`${error.message}\n\n${usage}`);
    }
    if (options.help) {
        process.stdout.write(`${usage}\n`);
        return 0;
    }
    const {gnome, only, runs, quick} = options;
    const directory = await ensureSysroot(gnome);
    if (options.build) await ensureBuild(gnome);
    await bundle();
    const context = {
        gnome,
        date: new Date().toISOString(),
        processors: cpus().length,
        processor: cpus()[0]?.model,
        kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
        loadAverageAtStart: loadavg(),
    };
    progress(
        `bench: GNOME ${gnome}, ${context.processors} processors, load average ` +
            context.loadAverageAtStart.map(load => load.toFixed(2)).join(' '),
    );
    const given = {
        gnome,
        only,
        runs,
        quick,
        context,
        bundles: '/src/build/tests/bench',
        output: '/src/build/bench/bench.json',
    };
    const command = ['gjs', '-m', `${given.bundles}/main.js`, JSON.stringify(given)];
    return enterSysroot(directory, command, {gnome});
});

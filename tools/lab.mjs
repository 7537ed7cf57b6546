// SPDX-License-Identifier: GPL-3.0-or-later
// The lab: a real kernel lends a card to a real nested machine: node tools/lab.mjs
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {ensureImage} from './lab/image.mjs';
import {Lab} from './lab/lab.mjs';
import {OuterMachine} from './lab/machine.mjs';
import {buildPackage} from './lab/packages.mjs';
import {ensureSnapshot, makeOverlay} from './lab/snapshot.mjs';
import {Transcript} from './lab/transcript.mjs';
import {describeVersions, record} from './lab/versions.mjs';
import {checkout} from './lib/enter.mjs';
import {withLock} from './lib/lock.mjs';
import {runTool, ToolError} from './lib/progress.mjs';
import {ensureSysroot} from './lib/sysroots.mjs';

const usage = `Usage: npm run lab -- [OPTION…]
Lends an emulated card to a nested machine, with a real kernel, libvirt, logind and polkit.

  --shell      with GNOME Shell on the cards instead (starts from cold: some minutes)
  --all        both
  --only TEXT  only checks whose name contains TEXT
  --fresh      take the snapshot anew
  --record     keep the transcript in docs/lab.md
  --make       only make the machine and its snapshot
  --help       print this`;

function parse() {
    try {
        const flag = {type: 'boolean', default: false};
        const options = {
            shell: flag,
            all: flag,
            only: {type: 'string'},
            fresh: flag,
            record: flag,
            make: flag,
            help: flag,
        };
        return parseArgs({options}).values;
    } catch (error) {
        throw new ToolError(`${error.message}\n\n${usage}`);
    }
}

/** Runs checks in a machine that ends with them, whatever happens. */
async function inMachine(sysroot, folder, options, deadlineMs, work) {
    const machine = new OuterMachine(sysroot, folder, options);
    try {
        await machine.connect(deadlineMs);
        await work(machine);
    } finally {
        await machine.kill();
    }
}

async function core(context) {
    const {sysroot, folder, transcript, bytes, only} = context;
    const {coreChecks} = await import('../tests/lab/core.mjs');
    const options = {memory: 1536, cpus: 1, disk: 'ready.qcow2', snapshot: 'ready'};
    const from = Date.now();
    await inMachine(sysroot, folder, options, 60_000, async machine => {
        const lab = new Lab(machine, transcript, only);
        await lab.install(bytes);
        transcript.line(await describeVersions(lab));
        transcript.line(`From the snapshot to our packages installed: ${seconds(from)}`);
        await coreChecks(lab);
    });
    transcript.section(`All of it from the snapshot: ${seconds(from)}`);
}

async function shell(context) {
    const {sysroot, folder, transcript, bytes, only} = context;
    const {shellChecks} = await import('../tests/lab/shell.mjs');
    await makeOverlay(sysroot, folder, 'shell.qcow2');
    const options = {memory: 3072, cpus: 2, disk: 'shell.qcow2'};
    const from = Date.now();
    try {
        await inMachine(sysroot, folder, options, 240_000, async machine => {
            const lab = new Lab(machine, transcript, only);
            await lab.install(bytes);
            transcript.section(`GNOME Shell, from cold to our packages installed: ${seconds(from)}`);
            await shellChecks(lab);
        });
    } finally {
        await rm(join(folder, 'shell.qcow2'), {force: true});
    }
    transcript.section(`All of it with GNOME Shell: ${seconds(from)}`);
}

function seconds(from) {
    return `${((Date.now() - from) / 1000).toFixed(0)} s`;
}

await runTool(async () => {
    const options = parse();
    if (options.help) {
        process.stdout.write(`${usage}\n`);
        return 0;
    }
    const sysroot = await ensureSysroot('48');
    const folder = await ensureImage();
    return withLock(join(folder, 'lock'), 'lab: waiting for another run', async () => {
        await ensureSnapshot(sysroot, folder, options.fresh);
        if (options.make) return 0;
        const bytes = await buildPackage(sysroot);
        const transcript = new Transcript();
        const context = {sysroot, folder, transcript, bytes, only: options.only};
        if (!options.shell || options.all) await core(context);
        if (options.shell || options.all) await shell(context);
        transcript.line(`${transcript.passed} passed, ${transcript.failed} failed`);
        await transcript.save(join(checkout, 'build/lab/transcript.txt'));
        if (options.record) await record(transcript.text);
        return transcript.failed === 0 ? 0 : 1;
    });
});

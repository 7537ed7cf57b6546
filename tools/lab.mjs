// SPDX-License-Identifier: GPL-3.0-or-later
// The lab: a real kernel lends a card to a real nested machine: node tools/lab.mjs
import {cpus, loadavg} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {ensureImage} from './lab/image.mjs';
import {Lab} from './lab/lab.mjs';
import {OuterMachine} from './lab/machine.mjs';
import {buildPackage} from './lab/packages.mjs';
import {ensureSnapshot, READY, SNAPSHOT} from './lab/snapshot.mjs';
import {Transcript} from './lab/transcript.mjs';
import {describeVersions, record} from './lab/versions.mjs';
import {checkout} from './lib/enter.mjs';
import {withLock} from './lib/lock.mjs';
import {runTool, ToolError} from './lib/progress.mjs';
import {ensureSysroot} from './lib/sysroots.mjs';

const usage = `Usage: npm run lab -- [OPTION…]
Lends an emulated card to a nested machine, with a real kernel, libvirt, logind and polkit.

  --shell      with GNOME Shell on the cards instead
  --doctor     with faults that the doctor has to name instead
  --all        all of them
  --only TEXT  only checks whose name contains TEXT
  --fresh      take the snapshot anew
  --record     keep the transcripts in docs/lab.md
  --make       only make the machine and its snapshot
  --help       print this`;

function parse() {
    try {
        const flag = {type: 'boolean', default: false};
        const options = {
            shell: flag,
            doctor: flag,
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

/** What is to be shown, each from the snapshot and with a transcript of its own. */
const stages = {
    core: async lab => (await import('../tests/lab/core.mjs')).coreChecks(lab),
    doctor: async lab => (await import('../tests/lab/doctor.mjs')).doctorChecks(lab),
    shell: async lab => (await import('../tests/lab/shell.mjs')).shellChecks(lab),
};

/** @returns {Promise<boolean>} whether all of it was as it should be */
async function runStage(name, {sysroot, folder, bytes, options}) {
    const transcript = new Transcript();
    const from = Date.now();
    const machine = new OuterMachine(sysroot, folder, {...READY, snapshot: SNAPSHOT});
    try {
        await machine.connect(60_000);
        const lab = new Lab(machine, transcript, options.only);
        await lab.install(bytes);
        transcript.line(await describeVersions(lab));
        transcript.line(`From the snapshot to our packages installed: ${seconds(from)}`);
        await stages[name](lab);
    } finally {
        // Whatever happens, it ends with us.
        await machine.kill();
    }
    const {passed, failed} = transcript;
    transcript.section(
        `${passed} passed, ${failed} failed; ${seconds(from)} in all, ${loadavg()[0].toFixed(0)} programs` +
            ` at a time on the ${cpus().length} cores of this computer`,
    );
    await transcript.save(join(checkout, `build/lab/${name}.txt`));
    if (options.record) await record(name, transcript.text);
    return failed === 0;
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
        const chosen = ['shell', 'doctor'].filter(name => options[name]);
        const wanted = options.all ? Object.keys(stages) : chosen.length > 0 ? chosen : ['core'];
        let whole = true;
        for (const name of wanted) whole = (await runStage(name, {sysroot, folder, bytes, options})) && whole;
        return whole ? 0 : 1;
    });
});

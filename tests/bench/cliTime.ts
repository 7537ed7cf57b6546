// SPDX-License-Identifier: GPL-3.0-or-later
// `handover list` beside `virsh list --all` and `gjs -c 1`: from exec to exit, warm.
import GLib from 'gi://GLib';
import {runProgram} from '../harness/program.js';
import type {Bench} from './bench.js';
import {Series} from './series.js';

const SIZES = [1, 1000] as const;
const LIMIT_OF_VIRSH = 2.5;
const LIMIT_OF_GJS = 1.7;

export async function measureCli({report, machines, runs}: Bench): Promise<void> {
    for (const count of SIZES) {
        await machines.fill(count);
        const what = `list, ${count} machine${count === 1 ? '' : 's'}`;
        const {last} = machines;
        const ours = listing('handover list', ['handover', 'list', '--host', 'test'], last);
        const theirs = listing('virsh list --all', ['virsh', '-c', machines.uri(), 'list', '--all'], last);
        const empty = listing('gjs -c 1', ['gjs', '-c', '1'], '', 1);
        const programs = [ours, theirs, empty];
        const working = new Set<Listing>();
        for (const program of programs)
            if (await report.attempt(() => once(program).then(() => undefined))) working.add(program);
        // Short as they are, many runs cost little.
        for (let run = 0; run < 3 * runs; run++)
            for (const program of programs) if (working.has(program)) program.times.add(await once(program));
        for (const {who, times} of programs) report.figure(what, who, 'ms', times);
        report.ratio(what, 'virsh list --all', ours.times, theirs.times, LIMIT_OF_VIRSH);
        report.ratio(what, 'gjs -c 1', ours.times, empty.times, LIMIT_OF_GJS);
    }
}

interface Listing {
    readonly who: string;
    readonly argv: string[];
    /** What its output must hold. */
    readonly holds: string;
    /** Its exit code when all is well; `gjs -c` ends with what it evaluated. */
    readonly code: number;
    readonly times: Series;
}

function listing(who: string, argv: string[], holds: string, code = 0): Listing {
    return {who, argv, holds, code, times: new Series()};
}

/** @returns how long it took, in milliseconds  @throws when it fails or does not print what it must */
async function once({who, argv, holds, code: wanted}: Listing): Promise<number> {
    const begin = GLib.get_monotonic_time();
    const {code, out, err} = await runProgram(argv);
    const milliseconds = (GLib.get_monotonic_time() - begin) / 1000;
    if (code !== wanted || !out.includes(holds)) throw new Error(`${who}: exit code ${code}: ${err || out}`);
    return milliseconds;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The figures of machines: calls to libvirt and processor time a tick, and that nothing is done when nobody looks.
//
// libvirt's test driver tells of a machine's state alone, so that what the reading of QEMU's statistics costs is measured
// with a pretended libvirt on a bus of its own. What libvirt itself needs for them is not in these figures.
import {pause, waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import type {Bench} from './bench.js';
import {BusTraffic} from './busTraffic.js';
import {Series} from './series.js';

const COUNTS = [1, 100, 1000] as const;
const QUICK_MS = 500;
const INTERVAL_MS = 2000;

interface Figures {
    readonly ticks: Series;
    readonly idle: Series;
}

export async function measureSampler(bench: Bench): Promise<void> {
    const {report, machines, quick, bundles} = bench;
    const intervalMs = quick ? QUICK_MS : INTERVAL_MS;
    const rounds = quick ? 6 : 20;
    const program = `${bundles}/programs/sampleMachines.js`;
    const options = [String(intervalMs), String(rounds)];

    for (const count of COUNTS) {
        await machines.fill(count);
        const traffic = await BusTraffic.to(['org.libvirt', await machines.serviceName()]);
        const sampler = new RunningProgram(['gjs', '-m', program, String(count), ...options]);
        try {
            await waitFor('the sampler', () => sampler.log().includes('ready'), {within: 30_000});
            await pause(QUICK_MS / 2);
            const before = traffic.calls();
            await waitFor('the last sample', () => sampler.log().includes('hidden'), {within: 120_000});
            // The monitor hears of a call a moment after it is made.
            await pause(QUICK_MS / 2);
            const looked = traffic.calls();
            await waitFor('the end', () => sampler.log().includes('idle'), {within: 60_000});
            const calls = new Series();
            // The first answer is one that the next is compared with.
            calls.add((looked - before) / (rounds + 1));
            const hidden = new Series();
            hidden.add(traffic.calls() - looked);
            const {ticks} = figuresOf(sampler.log());
            const what = `figures, ${machines.count} machines`;
            report.figure(`${what}: calls a tick`, 'shared/metrics', 'calls', calls);
            report.figure(`${what}: a tick, states alone`, 'shared/metrics', 'ms of CPU', ticks);
            report.figure(`${what}: calls while nobody looks`, 'shared/metrics', 'calls', hidden);
            report.limit(`${what}: calls a tick`, 'one for all', 'calls', calls.max, 1);
            report.limit(`${what}: calls while nobody looks`, 'none', 'calls', hidden.max, 0);
        } finally {
            await sampler.stop();
            await traffic.stop();
        }
    }
    for (const count of COUNTS) await measureFull(bench, count, program, options);
}

/** The same with all that libvirt tells of QEMU's machines. */
async function measureFull(
    {report, bundles}: Bench,
    count: number,
    program: string,
    options: readonly string[],
): Promise<void> {
    const pretended = `${bundles}/programs/pretendedStatistics.js`;
    const sampler = new RunningProgram([
        ...['dbus-run-session', '--', 'gjs', '-m', program, String(count), ...options, pretended],
    ]);
    try {
        await waitFor('the end', () => sampler.log().includes('idle'), {within: 180_000});
        const {ticks, idle} = figuresOf(sampler.log());
        const what = `figures, ${count} machines of QEMU’s`;
        report.figure(`${what}: a tick`, 'shared/metrics', 'ms of CPU', ticks);
        report.figure(`${what}: six ticks’ time while nobody looks`, 'shared/metrics', 'ms of CPU', idle);
    } finally {
        await sampler.stop();
    }
}

function figuresOf(log: string): Figures {
    const figures = {ticks: new Series(), idle: new Series()};
    let first = true;
    for (const line of log.split('\n')) {
        const [what, figure = ''] = line.split(' ');
        if (what === 'idle') figures.idle.add(Number(figure));
        if (what !== 'tick') continue;
        if (!first) figures.ticks.add(Number(figure));
        first = false;
    }
    return figures;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// App idle with 1,000 running machines and its window open: processor time, and calls to libvirt.
import GLib from 'gi://GLib';
import {pause, waitFor} from '../harness/deadline.js';
import type {Bench} from './bench.js';
import {BusTraffic} from './busTraffic.js';
import {withDisplay} from './display.js';
import {cpuSeconds} from './processTime.js';
import {Series} from './series.js';
import {handoverApp, virtManager, WindowStarter, type WindowProgram} from './windowPrograms.js';

const MACHINES = 1000;
const LIMIT_OF_VIRT_MANAGER = 0.01;
/** A window that has just opened still loads icons and ends animations. */
const SETTLE_MS = 5000;

export async function measureAppIdle({report, machines, runs, quick}: Bench): Promise<void> {
    const seconds = quick ? 5 : 20;
    const what = `app idle for ${seconds} s, ${MACHINES} machines`;
    await withDisplay(async () => {
        const starter = new WindowStarter();
        await machines.fill(MACHINES);
        const programs: WindowProgram[] = [
            handoverApp(machines.last),
            virtManager(machines.uri(), machines.last),
        ];
        const times = programs.map(() => new Series());
        const calls = programs.map(() => new Series());
        const learned = new Set<WindowProgram>();
        for (const wanted of programs)
            if (await report.attempt(() => starter.learn(wanted))) learned.add(wanted);
        // Two rounds of 20 s tell enough: what is idle is idle in each.
        for (let run = 0; run < Math.min(runs, 2); run++)
            for (const [index, wanted] of programs.entries()) {
                if (!learned.has(wanted)) continue;
                const {program} = await starter.open(wanted);
                await pause(SETTLE_MS);
                const traffic = await BusTraffic.to(['org.libvirt', await machines.serviceName()]);
                const before = cpuSeconds(program.pid);
                const begin = GLib.get_monotonic_time();
                await pause(seconds * 1000);
                const elapsed = (GLib.get_monotonic_time() - begin) / 1e6;
                times[index]!.add(((cpuSeconds(program.pid) - before) * seconds) / elapsed);
                calls[index]!.add(traffic.calls());
                // A monitor that hears nothing would count zero as well.
                const [first = ''] = machines.paths;
                const heard = traffic.calls();
                await machines.call(first, 'GetState', new GLib.Variant('(u)', [0]));
                await waitFor('the monitor to hear a call', () => traffic.calls() > heard);
                await traffic.stop();
                await program.stop();
            }
        for (const [index, {who}] of programs.entries()) report.figure(what, who, 's of CPU', times[index]!);
        const [ours, theirs] = times as [Series, Series];
        // The kernel counts in steps of 10 ms: an app that used none may have used nearly one.
        report.ratio(what, 'virt-manager', ours, theirs, LIMIT_OF_VIRT_MANAGER);
        report.figure(`${what}: calls to libvirt`, 'handover-app', 'calls', calls[0]!);
        report.limit(`${what}: calls to libvirt`, 'none', 'calls', calls[0]!.max, 0);
    });
}

// SPDX-License-Identifier: GPL-3.0-or-later
// App start, warm: from exec until the last machine's row is in the accessibility tree.
import type {Bench} from './bench.js';
import {withDisplay} from './display.js';
import {Series} from './series.js';
import {emptyWindow, handoverApp, virtManager, WindowStarter, type WindowProgram} from './windowPrograms.js';

/** Machines, and the limits of our time as parts of virt-manager's and of an empty window's. */
const SIZES = [
    {count: 1, ofVirtManager: 1.0, ofEmptyWindow: 1.4},
    {count: 100, ofVirtManager: 0.8, ofEmptyWindow: 1.5},
    {count: 1000, ofVirtManager: 0.2, ofEmptyWindow: 2.0},
] as const;

export async function measureAppStart({report, machines, runs, bundles}: Bench): Promise<void> {
    await withDisplay(async () => {
        const starter = new WindowStarter();
        for (const {count, ofVirtManager, ofEmptyWindow} of SIZES) {
            const what = `app start, ${count} machine${count === 1 ? '' : 's'}`;
            await machines.fill(count);
            const programs: WindowProgram[] = [
                handoverApp(machines.last),
                virtManager(machines.uri(), machines.last),
                emptyWindow(bundles),
            ];
            const times = programs.map(() => new Series());
            const learned = new Set<WindowProgram>();
            for (const wanted of programs)
                if (await report.attempt(() => starter.learn(wanted))) learned.add(wanted);
            for (let run = 0; run < runs; run++)
                for (const [index, wanted] of programs.entries()) {
                    if (!learned.has(wanted)) continue;
                    const {program, milliseconds} = await starter.open(wanted);
                    times[index]!.add(milliseconds);
                    await program.stop();
                }
            for (const [index, {who}] of programs.entries()) report.figure(what, who, 'ms', times[index]!);
            const [ours, theirs, empty] = times as [Series, Series, Series];
            report.ratio(what, 'virt-manager', ours, theirs, ofVirtManager);
            report.ratio(what, 'empty window', ours, empty, ofEmptyWindow);
        }
    });
}

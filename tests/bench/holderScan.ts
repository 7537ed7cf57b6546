// SPDX-License-Identifier: GPL-3.0-or-later
// Who holds a card, on a machine with 500 processes and 20,000 open descriptors: how long it takes, and how long it
// keeps the main loop of who asks.
import GLib from 'gi://GLib';
import {findHolders} from '../../shared/gpu/holders/holders.js';
import {PciReader} from '../../shared/gpu/pciTree.js';
import {monotonicMs} from '../../shared/platform/clock.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {putFile} from '../fakes/pci/files.js';
import {runProgram} from '../harness/program.js';
import type {Bench} from './bench.js';
import {DESCRIPTORS, PROCESSES, startCrowd} from './crowd.js';
import {scheduled, startedTime} from './processorTime.js';
import {Series} from './series.js';

const LIMIT_MS = 50;
const LONGEST_SLICE_MS = 4;

export async function measureHolderScan({report, runs}: Bench): Promise<void> {
    const fake = new FakePciTree().intelGraphics().amdCard();
    putFile(`${fake.root.sys}/devices/pci0000:00/0000:03:00.0/drm/card1/dev`, '1:5\n');
    const [, card] = (await new PciReader(fake.root).read()).cards;
    const root = {...fake.root, proc: '/proc'};
    const crowd = await startCrowd();
    try {
        const total = new Series();
        const block = new Series();
        const plain = new Series();
        const quiet = new Series();
        const own = new Series();
        const started = new Series();
        for (let run = 0; run < runs; run++) {
            const before = {own: scheduled().ran, started: startedTime()};
            const begin = GLib.get_monotonic_time();
            const {processes, uninspected} = await findHolders(root, card!);
            total.add((GLib.get_monotonic_time() - begin) / 1000);
            own.add(scheduled().ran - before.own);
            started.add(startedTime() - before.started);
            if (processes.length !== PROCESSES / 50 || uninspected > 0)
                throw new Error(
                    `${processes.length} holders were found, ${uninspected} processes not inspected`,
                );
            // Once more, since looking at the main loop takes time itself.
            const gaps = watchLoop();
            await findHolders(root, card!);
            block.add(gaps());
            const idle = watchLoop();
            const start = GLib.get_monotonic_time();
            await runProgram(['sh', '-c', 'find /proc/[0-9]*/fd -lname /dev/zero 2>/dev/null']);
            plain.add((GLib.get_monotonic_time() - start) / 1000);
            quiet.add(idle());
        }
        const what = `holders, ${PROCESSES} processes, ${PROCESSES * DESCRIPTORS} descriptors`;
        report.figure(what, 'shared/gpu', 'ms', total);
        report.figure(what, 'find alone', 'ms', plain);
        report.figure(`${what}: longest block of the main loop`, 'shared/gpu', 'ms', block);
        report.figure(`${what}: longest block of the main loop`, 'find alone', 'ms', quiet);
        report.figure(`${what}: processor time`, 'shared/gpu', 'ms', own);
        report.figure(`${what}: processor time`, 'the programs it starts', 'ms', started);
        report.limit(what, 'target', 'ms', total.median, LIMIT_MS);
        report.limit(`${what}: longest block`, 'target', 'ms', block.median, LONGEST_SLICE_MS);
    } finally {
        await crowd.stop();
    }
}

/**
 * Beats as often as it can. Time in which another program had the processor is taken off, as for the Shell.
 *
 * @returns what ends it and gives the longest time without a beat, in milliseconds
 */
function watchLoop(): () => number {
    let last = monotonicMs();
    let {waited} = scheduled();
    let worst = 0;
    const source = GLib.timeout_add(GLib.PRIORITY_HIGH, 1, () => {
        const now = monotonicMs();
        const wait = scheduled().waited;
        worst = Math.max(worst, now - last - (wait - waited));
        last = now;
        waited = wait;
        return GLib.SOURCE_CONTINUE;
    });
    return () => {
        GLib.Source.remove(source);
        return worst;
    };
}

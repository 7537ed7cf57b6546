// SPDX-License-Identifier: GPL-3.0-or-later
// The guard hook, from exec to exit: for a machine without host devices, for one whose card vfio has, and for one whose
// card Linux has, with 500 processes and 20,000 open descriptors to be looked at.
import GLib from 'gi://GLib';
import {drop, putLink} from '../fakes/pci/files.js';
import {GuardedMachine, hostdev, machine} from '../gpuHook/guardRun.js';
import {type Outcome, runProgram} from '../harness/program.js';
import type {Bench} from './bench.js';
import {DESCRIPTORS, PROCESSES, startCrowd} from './crowd.js';
import {startedTime} from './processorTime.js';
import {Series} from './series.js';

const LIMIT_MS = 30;
/** What of it is the kernel's: to list the descriptors of all processes, and say where each leads. */
const FIND = 'exec find /proc/[0-9]*/fd -mindepth 1 -maxdepth 1 -lname "*/dev/[dsnif][rnv2b]*"';
const CARD = ['0000:03:00.0', '0000:03:00.1'] as const;
/** A definition of an ordinary length, in bytes. */
const ORDINARY = 14_000;

export async function measureGuard({report, runs}: Bench): Promise<void> {
    const linux = guarded();
    const lent = guarded();
    await lent.lend(...CARD);
    const ports = "<controller type='pci' model='pcie-root-port'/>".repeat(ORDINARY / 48);
    const plain = machine(ports);
    const gaming = machine(ports + hostdev('03:00.0') + hostdev('03:00.1'));
    const crowded = `${PROCESSES} processes, ${PROCESSES * DESCRIPTORS} descriptors`;
    const quiet: Case[] = [
        {
            what: 'no host devices',
            hook: () => linux.hook(plain),
            times: new Series(),
            processor: new Series(),
        },
        {what: 'card with vfio', hook: () => lent.hook(gaming), times: new Series(), processor: new Series()},
        {
            what: 'card with Linux, a handful of processes',
            hook: () => linux.hook(gaming),
            times: new Series(),
            processor: new Series(),
        },
    ];
    const busy: Case = {
        what: `card with Linux, ${crowded}`,
        hook: () => linux.hook(gaming),
        times: new Series(),
        processor: new Series(),
    };
    const walk = new Series();
    const empty = new Series();
    for (let run = 0; run < runs; run++) {
        for (const one of quiet) await once(one);
        empty.add(await timeOf(':'));
    }
    const crowd = await startCrowd();
    try {
        for (let run = 0; run < runs; run++) {
            await once(busy);
            walk.add(await timeOf(FIND));
        }
    } finally {
        await crowd.stop();
    }
    const cases = [...quiet, busy];
    for (const {what, times, processor} of cases) {
        report.figure(`hook, ${what}`, 'guard', 'ms', times);
        // The kernel counts in ticks: only the mean of many runs says something.
        const mean = new Series();
        mean.add(processor.values.reduce((sum, ms) => sum + ms, 0) / processor.count);
        report.figure(`hook, ${what}: processor time`, 'guard', 'ms', mean);
    }
    report.figure('hook', 'an empty shell', 'ms', empty);
    report.figure(`hook, ${crowded}`, 'find alone', 'ms', walk);
    for (const {what, times} of cases) report.limit(`hook, ${what}`, 'target', 'ms', times.median, LIMIT_MS);
}

interface Case {
    readonly what: string;
    readonly hook: () => Promise<Outcome>;
    readonly times: Series;
    /** Of the hook and what it starts, in milliseconds. */
    readonly processor: Series;
}

async function once({what, hook, times, processor}: Case): Promise<void> {
    for (;;) {
        const before = startedTime();
        const begin = GLib.get_monotonic_time();
        const {code, err} = await hook();
        const ms = (GLib.get_monotonic_time() - begin) / 1000;
        // Whoever is not root may not look into a process that is about to end.
        if (err.includes('could not be looked into')) continue;
        if (code !== 0) throw new Error(`${what}: ${err}`);
        times.add(ms);
        processor.add(startedTime() - before);
        return;
    }
}

/** A pretended machine with the processes of this one. */
function guarded(): GuardedMachine {
    const tree = new GuardedMachine().intelGraphics().amdCard();
    drop(tree.root.proc);
    putLink(tree.root.proc, '/proc');
    putLink(`${tree.root.sys}/devices/system/cpu`, '/sys/devices/system/cpu');
    return tree;
}

/** How long a shell needs for a script, in milliseconds. */
async function timeOf(script: string): Promise<number> {
    const begin = GLib.get_monotonic_time();
    await runProgram(['/bin/sh', '-c', 'exec /bin/sh -c "$0"', script]);
    return (GLib.get_monotonic_time() - begin) / 1000;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// libvirt's signal → the machine's property has changed, with 1,000 machines.
//
// The clock starts when this process asks libvirt for the change, and ends when the follower's property has its
// new value: what libvirt-dbus and the bus need is counted as ours, so the true time is shorter than the figure.
import GLib from 'gi://GLib';
import {pause, waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import type {Bench} from './bench.js';
import {Series} from './series.js';
import {machineName, type TestMachines} from './testMachines.js';

const MACHINES = 1000;
/** One frame at 60 Hz. */
const LIMIT_MS = 16;
const BETWEEN_MS = 20;

export async function measureSignalLatency({report, machines, quick, bundles}: Bench): Promise<void> {
    await machines.fill(MACHINES);
    const changes = quick ? 50 : 300;
    const follower = new RunningProgram(['gjs', '-m', `${bundles}/programs/followMachines.js`]);
    try {
        await waitFor('the follower', () => follower.log().startsWith('ready'), {within: 10_000});
        // A machine's first event costs a question for its name; from the second on its path is known.
        const first = await series(machines, follower, changes, 'Suspend', 'paused');
        const second = await series(machines, follower, changes, 'Resume', 'running');
        for (const [which, times] of [
            ['first change of a machine', first],
            ['later change of a machine', second],
        ] as const) {
            const what = `signal → property, ${MACHINES} machines, ${which}`;
            const tail = new Series();
            tail.add(times.quantile(0.99));
            report.figure(what, 'shared/', 'ms', times);
            report.figure(`${what}, 99 %`, 'shared/', 'ms', tail);
            report.limit(what, 'one frame, 99 of 100 changes', 'ms', tail.max, LIMIT_MS);
        }
    } finally {
        await follower.stop();
    }
}

/** Changes one machine after the other. @returns how long each took, in milliseconds */
async function series(
    machines: TestMachines,
    follower: RunningProgram,
    changes: number,
    method: string,
    state: string,
): Promise<Series> {
    const begun = new Map<string, number>();
    for (const [index, path] of machines.paths.slice(0, changes).entries()) {
        begun.set(machineName(index + 1), GLib.get_monotonic_time());
        await machines.call(path, method);
        await pause(BETWEEN_MS);
    }
    const arrived = new Map<string, number>();
    await waitFor(`${changes} changes to ${state}`, () => {
        for (const line of follower.log().split('\n')) {
            const [what = '', name = '', time = ''] = line.split(' ');
            if (what === state) arrived.set(name, Number(time));
        }
        return arrived.size >= changes;
    });
    const times = new Series();
    for (const [name, begin] of begun) times.add((arrived.get(name)! - begin) / 1000);
    return times;
}

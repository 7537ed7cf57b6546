// SPDX-License-Identifier: GPL-3.0-or-later
// What the helper adds to a handover besides the engine, on a pretended machine whose kernel answers at once: being
// started by the bus, and D-Bus with polkit's answer.
import GLib from 'gi://GLib';
import {HelperClient} from '../../shared/gpu/helperClient.js';
import {Bus} from '../../shared/platform/bus.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {startHelper} from '../helper/helperProcess.js';
import type {Bench} from './bench.js';
import {Series} from './series.js';

const CARD = '0000:03:00.0';
const HANDOVER_MS = 100;

export async function measureHelper({report, runs}: Bench): Promise<void> {
    const polkit = await FakePolkit.start();
    polkit.allow();
    const client = new HelperClient(await Bus.open('system'));
    const starts = new Series();
    const [looks, takes, returns] = [new Series(), new Series(), new Series()];
    try {
        for (let run = 0; run < Math.min(runs, 5); run++) {
            const begin = GLib.get_monotonic_time();
            const helper = await startHelper('helperOnFakes');
            await client.version();
            starts.add((GLib.get_monotonic_time() - begin) / 1000);
            // The first time GJS compiles what it runs.
            for (let round = 0; round < 3; round++) {
                looks.add(await timed(() => client.holders(CARD)));
                takes.add(await timed(async () => done((await client.take(CARD)).kind)));
                returns.add(await timed(async () => done((await client.giveBack(CARD)).kind)));
            }
            await helper.stop();
        }
    } finally {
        polkit.stop();
    }
    report.figure('helper, from its start to its first answer', 'helper', 'ms', starts);
    report.figure('helper, holders over D-Bus', 'helper', 'ms', looks);
    report.figure('handover over D-Bus: take', 'helper', 'ms', takes);
    report.figure('handover over D-Bus: return', 'helper', 'ms', returns);
    report.limit('handover over D-Bus: take', 'target', 'ms', takes.median, HANDOVER_MS);
    report.limit('handover over D-Bus: return', 'target', 'ms', returns.median, HANDOVER_MS);
}

function done(kind: string): void {
    if (kind !== 'done') throw new Error(`The handover ended with ${kind}`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
    const begin = GLib.get_monotonic_time();
    await work();
    return (GLib.get_monotonic_time() - begin) / 1000;
}

// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's event → the card's property has changed, and what a handover takes besides the kernel, on a pretended
// machine whose kernel answers at once.
import GLib from 'gi://GLib';
import {GpuList} from '../../shared/gpu/gpuList.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {HandoverLab} from '../fakes/handoverLab.js';
import {waitFor} from '../harness/deadline.js';
import type {Bench} from './bench.js';
import {Series} from './series.js';

const CARD = '0000:03:00.0';
/** Devices of a desktop that are no cards and have to be passed over. */
const OTHERS = 80;
/** One frame at 60 Hz. */
const FRAME_MS = 16;
const HANDOVER_MS = 100;

export async function measureGpuChanges({report, runs}: Bench): Promise<void> {
    const changes = await eventsToProperties(runs * 5);
    const what = `kernel’s event → property, ${OTHERS} other devices`;
    report.figure(what, 'shared/gpu', 'ms', changes);
    report.limit(what, 'one frame, worst of all', 'ms', changes.max, FRAME_MS);

    const takes = new Series();
    const returns = new Series();
    const lab = new HandoverLab(new FakePciTree().amdGraphics().amdCard());
    for (let run = 0; run < runs; run++) {
        takes.add(await timed(() => lab.desk.take(CARD, {by: 'bench'})));
        returns.add(await timed(() => lab.desk.giveBack(CARD, {by: 'bench'})));
    }
    report.figure('handover, our time: take', 'shared/gpu', 'ms', takes);
    report.figure('handover, our time: return', 'shared/gpu', 'ms', returns);
    report.limit('handover, our time: take', 'target', 'ms', takes.median, HANDOVER_MS);
    report.limit('handover, our time: return', 'target', 'ms', returns.median, HANDOVER_MS);
}

async function eventsToProperties(changes: number): Promise<Series> {
    const fake = new FakePciTree().amdGraphics().amdCard();
    for (let index = 0; index < OTHERS; index++)
        fake.device(`0000:${(0x20 + index).toString(16)}:00.0`, 0x060400, '8086:460d', {
            group: `${100 + index}`,
        });
    const list = new GpuList({
        root: fake.root,
        events: {
            follow: callback =>
                fake.kernel.onEvent((action, subsystem, address) => callback({action, subsystem, address})),
        },
    });
    const times = new Series();
    try {
        await waitFor('the cards', () => list.filled);
        const gpu = list.byAddress(CARD)!;
        for (let change = 0; change < changes; change++) {
            const driver = gpu.driver;
            let event = 0;
            const end = fake.kernel.onEvent(() => (event = GLib.get_monotonic_time()));
            const changed = new Promise<void>(resolve => {
                const id = gpu.connect('notify::driver', () => {
                    gpu.disconnect(id);
                    resolve();
                });
            });
            await fake.kernel.write(
                `${fake.root.sys}/bus/pci/${driver === '' ? 'drivers_probe' : `drivers/${driver}/unbind`}`,
                CARD,
            );
            await changed;
            times.add((GLib.get_monotonic_time() - event) / 1000);
            end();
        }
    } finally {
        list.close();
    }
    return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
    const begin = GLib.get_monotonic_time();
    await work();
    return (GLib.get_monotonic_time() - begin) / 1000;
}

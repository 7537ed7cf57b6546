// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's event → the card's row in the open menu of GNOME Shell says so. The event comes from a pretended
// machine, through a file that the Shell follows: udev's own way is not in it, nor is it ours.
import GLib from 'gi://GLib';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {waitFor} from '../harness/deadline.js';
import {Panel} from '../shell/panel.js';
import type {Bench} from './bench.js';
import {Series} from './series.js';

const CARD = '0000:03:00.0';
const FRAME_MS = 16;

/** In the Shell: notes when the text changes that says who has the card, and when that has been painted. */
const WATCH = `
globalThis.handoverChanges = [];
const rows = handoverTest.rows(${Panel.menu}).filter(item => item.constructor.$gtype.name === 'HandoverGpuMenuItem');
const watch = actor => {
    if ('clutter_text' in actor)
        actor.connect('notify::text', () =>
            handoverChanges.push({text: GLib.get_monotonic_time(), paint: 0}),
        );
    for (const child of actor.get_children()) watch(child);
};
rows.forEach(watch);
global.stage.connect('after-paint', () => {
    for (const change of handoverChanges) change.paint ||= GLib.get_monotonic_time();
});
return rows.length;
`;

export async function measurePanelRow({report, runs}: Bench): Promise<void> {
    const fake = new FakePciTree().withoutConsole().intelGraphics().amdCard();
    const panel = await Panel.start({}, {env: {HANDOVER_SYSROOT: fake.folder}});
    const [texts, paints] = [new Series(), new Series()];
    try {
        await panel.open();
        await waitFor('the row', async () =>
            (await panel.rows()).some(({type}) => type === 'HandoverGpuMenuItem'),
        );
        if ((await panel.shell.eval<number>(`(() => {${WATCH}})()`)) !== 1)
            throw new Error('No row of a card');
        for (let run = 0; run < 3 * runs; run++) {
            let event = 0;
            const end = fake.kernel.onEvent(() => (event ||= GLib.get_monotonic_time()));
            await panel.shell.eval('handoverChanges.length = 0');
            const driver = fake.kernel.device(CARD).driver?.name;
            await fake.kernel.write(
                `${fake.root.sys}/bus/pci/${driver === undefined ? 'drivers_probe' : `drivers/${driver}/unbind`}`,
                CARD,
            );
            const change = await waitFor('the row', () =>
                panel.shell.eval<{text: number; paint: number} | null>(
                    'handoverChanges.find(change => change.paint > 0) ?? null',
                ),
            );
            end();
            texts.add((change.text - event) / 1000);
            paints.add((change.paint - event) / 1000);
        }
    } finally {
        await panel.stop();
    }
    report.figure('kernel’s event → row in the panel', 'extension', 'ms', texts);
    report.figure('kernel’s event → row painted', 'extension', 'ms', paints);
    report.limit('kernel’s event → row in the panel', 'one frame', 'ms', texts.median, FRAME_MS);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Longest block of the Shell's main loop: enabling the extension, its first fill with 1,000 machines, bursts of
// 1,000 events, and opening its menu; beside what the Shell does by itself.
//
// Each run has a Shell of its own, because an extension's modules are loaded only once. The machines' changes are
// real ones of libvirt's test driver, asked for all at once.
import type {HeadlessShell} from '../harness/headlessShell.js';
import {waitFor} from '../harness/deadline.js';
import {EXTENSION_UUID, SETTINGS_SCHEMA} from '../../shared/names.js';
import type {Bench} from './bench.js';
import {CONTROL_UUID, installControlExtension} from './controlExtension.js';
import {Series} from './series.js';
import {ShellHeartbeat} from './shellHeartbeat.js';
import {withShell} from './withShell.js';

const MACHINES = 1000;
const LIMIT_MS = 8;
const REST_MS = 1500;

/** What is measured, in this order; `limited` are what the budget names. */
const STEPS = [
    {what: 'nothing happens', who: 'GNOME Shell', limited: false},
    {what: 'an empty extension is enabled', who: 'GNOME Shell', limited: false},
    {what: 'its calendar opens', who: 'GNOME Shell', limited: false},
    {what: 'its Quick Settings open', who: 'GNOME Shell', limited: false},
    {what: 'its garbage is collected', who: 'GNOME Shell', limited: false},
    {what: 'enable', who: 'extension', limited: true},
    {what: `first fill, ${MACHINES} machines`, who: 'extension', limited: true},
    {what: `${MACHINES} events, first of each machine`, who: 'extension', limited: true},
    {what: `${MACHINES} events, later`, who: 'extension', limited: true},
    {what: `menu opens, ${MACHINES} machines`, who: 'extension', limited: false},
    {what: `${MACHINES} events, menu open`, who: 'extension', limited: false},
] as const;
type Step = (typeof STEPS)[number]['what'];

export async function measureShellBlocks({report, machines, runs, quick, gnome}: Bench): Promise<void> {
    installControlExtension(gnome);
    await machines.fill(MACHINES);
    const blocks = new Map<Step, Series>(STEPS.map(({what}) => [what, new Series()]));
    for (let run = 0; run < Math.min(runs, quick ? 1 : 5); run++) {
        await withShell(shell =>
            oneShell(shell, machines, (step, milliseconds) => blocks.get(step)!.add(milliseconds)),
        );
    }
    for (const {what, who} of STEPS) report.figure(`longest block: ${what}`, who, 'ms', blocks.get(what)!);
    const idle = blocks.get('nothing happens')!.median;
    report.note(
        `the Shell by itself, idle, blocks its main loop for ${idle.toFixed(1)} ms (median of the longest)`,
    );
    for (const {what, limited} of STEPS)
        if (limited)
            report.limit(
                `longest block: ${what}`,
                'median of runs',
                'ms',
                blocks.get(what)!.median,
                LIMIT_MS,
            );
}

async function oneShell(
    shell: HeadlessShell,
    machines: Bench['machines'],
    add: (step: Step, milliseconds: number) => void,
): Promise<void> {
    const setHosts = (hosts: string): Promise<unknown> =>
        shell.eval(`(new Gio.Settings({schema_id: '${SETTINGS_SCHEMA}'})).set_strv('hosts', [${hosts}])`);
    const openMenu = (indicator: string): Promise<unknown> =>
        shell.eval(`Main.panel.statusArea[${JSON.stringify(indicator)}].menu.open()`);
    const closeMenu = async (indicator: string): Promise<void> => {
        await shell.eval(`Main.panel.statusArea[${JSON.stringify(indicator)}].menu.close()`);
    };
    const indicators = (): Promise<string[]> => shell.eval('Object.keys(Main.panel.statusArea)');

    await setHosts('');
    const heart = await ShellHeartbeat.start(shell);
    const measure = async (step: Step, task: () => Promise<unknown>): Promise<void> =>
        add(step, await heart.during(task, REST_MS));

    await measure('nothing happens', () => Promise.resolve());
    await measure('an empty extension is enabled', () => shell.enableExtension(CONTROL_UUID));
    for (const [step, indicator] of [
        ['its calendar opens', 'dateMenu'],
        ['its Quick Settings open', 'quickSettings'],
    ] as const) {
        // The first time it is built; ours has been, too, when it is opened below.
        await openMenu(indicator);
        await closeMenu(indicator);
        await measure(step, () => openMenu(indicator));
        await closeMenu(indicator);
    }

    const before = new Set(await indicators());
    const measureAlone = async (step: Step, task: () => Promise<unknown>): Promise<void> => {
        add('its garbage is collected', await heart.collected());
        await measure(step, task);
    };
    await measureAlone('enable', () => shell.enableExtension(EXTENSION_UUID));
    await measureAlone(`first fill, ${MACHINES} machines`, () => setHosts(`'test'`));
    await measureAlone(`${MACHINES} events, first of each machine`, () => machines.callAll('Suspend'));
    await measureAlone(`${MACHINES} events, later`, () => machines.callAll('Resume'));
    const ours = await waitFor('indicator', async () => (await indicators()).find(key => !before.has(key)));
    await measure(`menu opens, ${MACHINES} machines`, () => openMenu(ours));
    await measure(`${MACHINES} events, menu open`, () => machines.callAll('Suspend'));
    await machines.callAll('Resume');
    await closeMenu(ours);
    await heart.stop();
    await shell.disableExtension(EXTENSION_UUID);
}

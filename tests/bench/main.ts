// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in the sysroot: gjs -m main.js OPTIONS-AS-JSON (tools/bench.mjs does).
import GLib from 'gi://GLib';
import System from 'system';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {measureAppIdle} from './appIdle.js';
import {measureAppStart} from './appStart.js';
import type {Bench} from './bench.js';
import {measureCli} from './cliTime.js';
import {measureGpuChanges} from './gpuChanges.js';
import {measureGraphPage} from './graphPage.js';
import {measureGuard} from './guardTime.js';
import {measureHelper} from './helperTime.js';
import {measureHolderScan} from './holderScan.js';
import {measurePanelRow} from './panelRow.js';
import {Report} from './report.js';
import {measureSampler} from './samplerTime.js';
import {measureShellBlocks} from './shellBlocks.js';
import {measureShellMemory} from './shellMemory.js';
import {measureSignalLatency} from './signalLatency.js';
import {TestMachines} from './testMachines.js';

/** What tools/bench.mjs hands over. */
interface Options {
    readonly gnome: string;
    readonly only: readonly string[];
    readonly runs: number;
    readonly quick: boolean;
    readonly bundles: string;
    readonly output: string;
    readonly context: Readonly<Record<string, unknown>>;
}

const measurements: Readonly<Record<string, (bench: Bench) => Promise<void>>> = {
    start: measureAppStart,
    idle: measureAppIdle,
    signal: measureSignalLatency,
    shell: measureShellBlocks,
    memory: measureShellMemory,
    cli: measureCli,
    metrics: measureSampler,
    holders: measureHolderScan,
    gpu: measureGpuChanges,
    gpuHelper: measureHelper,
    gpuHook: measureGuard,
    gpuPanel: measurePanelRow,
    graphs: measureGraphPage,
};

async function main(): Promise<number> {
    const {gnome, only, runs, quick, bundles, output, context} = JSON.parse(
        System.programArgs[0] ?? '',
    ) as Options;
    await new SessionLibvirt().start('Test');
    const report = new Report();
    const machines = new TestMachines();
    for (const [name, measure] of Object.entries(measurements)) {
        if (only.length > 0 && !only.includes(name)) continue;
        printerr(`bench: ${name}`);
        await report.attempt(() => measure({report, machines, runs, quick, bundles, gnome}));
    }
    print(report.text());
    report.write(output, context);
    return report.failures === 0 ? 0 : 1;
}

const loop = GLib.MainLoop.new(null, false);
let code = 1;
main()
    .then(
        result => (code = result),
        (error: unknown) => printerr(String(error)),
    )
    .finally(() => loop.quit());
await loop.runAsync();
System.exit(code);

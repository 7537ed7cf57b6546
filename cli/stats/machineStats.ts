// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {type Boot, type SlowBoot, slowBootIn} from '../../shared/metrics/boot.js';
import {BootLog} from '../../shared/metrics/bootLog.js';
import {type Insight, InsightReader} from '../../shared/metrics/insight.js';
import type {Metrics} from '../../shared/metrics/metrics.js';
import type {Sample} from '../../shared/metrics/sampler.js';
import {runs} from '../metrics/runs.js';
import {percent, pressureJson, sampleJson} from '../metrics/sampleJson.js';
import {measure} from './measure.js';

/** All that is known of how a machine does. */
export interface MachineStats {
    readonly machine: Machine;
    /** null when it does not run, or nothing could be measured. */
    readonly sample: Sample | null;
    readonly insight: Insight;
    /** Its starts, the oldest first. */
    readonly boots: readonly Boot[];
    /** null when the last of them was no slower than usual. */
    readonly slowBoot: SlowBoot | null;
}

/**
 * Looks at a machine for one interval.
 *
 * @throws what libvirt or the log of starts failed with
 */
export async function readStats(metrics: Metrics, hosts: HostList, machine: Machine): Promise<MachineStats> {
    const reader = new InsightReader(metrics, machine);
    // What is looked at needs the machine's details, and a first look to compare the second one with.
    const boots = await bootsOf(machine);
    await reader.read();
    if (machine.active) await measure(metrics, () => hosts.machines.filter(one => one === machine));
    const sample = metrics.sample(machine);
    return {machine, sample, insight: await reader.read(), boots, slowBoot: slowBootIn(boots)};
}

async function bootsOf(machine: Machine): Promise<readonly Boot[]> {
    await machine.loadDetails();
    return machine.uuid === '' ? [] : await new BootLog().boots(machine.host.id, machine.uuid);
}

/** As `--json` prints it; the manual page documents it. */
export function machineJson({machine, sample, insight, boots, slowBoot}: MachineStats): object {
    const {pressure, gpu, emulatorWait, link} = insight;
    return {
        ...sampleJson(machine, sample, runs(machine) ? insight.bottleneck : null),
        emulatorWaitPercent: percent(emulatorWait),
        link,
        diskErrors: insight.diskErrors,
        pressure: pressure && pressureJson(pressure),
        gpus:
            gpu &&
            gpu.map(({address, engines}) => ({
                address,
                engines: engines.map(([name, part]) => ({name, usedPercent: percent(part)})),
            })),
        boots: boots.map(({startedAtMs, agentMs, readyMs, readyKind}) => ({
            startedAt: new Date(startedAtMs).toISOString(),
            agentMs,
            readyMs,
            readyKind,
        })),
        slowBoot,
    };
}

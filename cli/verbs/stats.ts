// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {Metrics} from '../../shared/metrics/metrics.js';
import {FiguresLateError} from '../../shared/metrics/metricsErrors.js';
import {withDeadline} from '../../shared/platform/clock.js';
import {_} from '../../shared/platform/i18n.js';
import {announceHosts} from '../announceHosts.js';
import {onInterrupt} from '../interrupt.js';
import {findMachine, followHosts} from '../machineSearch.js';
import {intervalMs, type IntervalOptions} from '../metrics/interval.js';
import {timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {readerGone} from '../readerGone.js';
import {hostsToAsk} from '../settings.js';
import {machineJson, type MachineStats, readStats} from '../stats/machineStats.js';
import {machineText} from '../stats/machineText.js';
import {measure} from '../stats/measure.js';
import {watchStats} from '../stats/watchStats.js';
import {sampleJson} from '../metrics/sampleJson.js';
import {topTable} from '../top/topTable.js';
import {TopViewer} from '../top/topView.js';

export interface StatsOptions extends IntervalOptions {
    readonly watch?: boolean | undefined;
}

/** `handover stats`: the figures of a machine, or of all that run, over one interval; or on and on. */
export async function stats(options: StatsOptions, argument: string | undefined): Promise<void> {
    stdout.check();
    if (options.watch) await watchUntilEnd(options, argument);
    else if (argument === undefined) await all(options);
    else await one(options, argument);
}

async function one(options: StatsOptions, argument: string): Promise<void> {
    const {hosts, machine} = await findMachine(argument, options);
    const metrics = new Metrics(hosts, {intervalMs: intervalMs(options)});
    const reading = readStats(metrics, hosts, machine);
    const found: MachineStats = await inLimit(options, reading);
    if (options.json) stdout.json(machineJson(found));
    else stdout.write(machineText(found));
}

async function all(options: StatsOptions): Promise<void> {
    const hosts = followHosts(await hostsToAsk(options));
    await announceHosts(hosts, options);
    const metrics = new Metrics(hosts, {intervalMs: intervalMs(options)});
    const viewer = new TopViewer(hosts, metrics);
    const running = (): Machine[] => hosts.machines.filter(({active}) => active);
    const measured = measure(metrics, running);
    await inLimit(options, measured);
    const {rows} = await viewer.look();
    if (options.json)
        stdout.json(rows.map(({machine, sample, bottleneck}) => sampleJson(machine, sample, bottleneck)));
    else if (rows.length === 0) stderr.line(_('No machine runs.'));
    else
        stdout.write(
            topTable(rows, {columns: Infinity, hosts: true})
                .map(line => `${line}\n`)
                .join(''),
        );
}

/** @throws FiguresLateError when the caller's time is over first, or what the figures failed with */
async function inLimit<T>(options: StatsOptions, figures: Promise<T>): Promise<T> {
    const limit = timeoutMs(options);
    if (limit === undefined) return figures;
    let late = false;
    try {
        return await withDeadline('the figures', limit, figures, () => (late = true));
    } catch (error) {
        throw late ? new FiguresLateError(limit, {cause: error}) : error;
    }
}

async function watchUntilEnd(options: StatsOptions, argument: string | undefined): Promise<void> {
    // From here on an interrupt is an end like any other.
    const interrupted = new Promise<void>(resolve => onInterrupt(() => resolve()));
    const found: {hosts: HostList; machine?: Machine} =
        argument === undefined
            ? {hosts: followHosts(await hostsToAsk(options))}
            : await findMachine(argument, options);
    const metrics = new Metrics(found.hosts, {intervalMs: intervalMs(options)});
    const answered = announceHosts(found.hosts, options);
    await Promise.race([
        interrupted,
        readerGone(),
        answered.then(() => watchStats(metrics, found.hosts, found.machine ?? null, options)),
    ]);
}

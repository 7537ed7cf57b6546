// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {domainStateLabel} from '../../shared/machines/words.js';
import type {Metrics} from '../../shared/metrics/metrics.js';
import {agentLossSentence, shortLine} from '../../shared/metrics/words.js';
import {localTime} from '../../shared/platform/clock.js';
import {_} from '../../shared/platform/i18n.js';
import {FirstLook} from '../metrics/firstLook.js';
import {Pace} from '../metrics/pace.js';
import {runs} from '../metrics/runs.js';
import {sampleJson} from '../metrics/sampleJson.js';
import type {CommonOptions} from '../options.js';
import {stdout} from '../output.js';
import {escapeControls, plainJson, withoutIsolates} from '../plainText.js';
import {type TopRow, TopViewer} from '../top/topView.js';

/**
 * Prints a line for a machine, or for each that runs, once a tick. Settles only when it cannot print.
 *
 * @param machine null for all
 */
export function watchStats(
    metrics: Metrics,
    hosts: HostList,
    machine: Machine | null,
    options: CommonOptions,
): Promise<never> {
    const viewer = new TopViewer(hosts, metrics, machine);
    const first = new FirstLook(metrics.intervalMs);
    const print = async (): Promise<void> => {
        const view = await viewer.look();
        if (!first.isWorth(view)) return;
        stdout.write(view.rows.map(row => line(row, view.atMs, options)).join(''));
    };
    return new Promise((_resolve, reject) => {
        const pace: Pace = new Pace(metrics.intervalMs, () => {
            print().catch((error: unknown) => {
                pace.close();
                reject(error);
            });
        });
        if (machine) metrics.watch(machine, () => pace.touch());
        else metrics.watchAll(() => pace.touch());
    });
}

function line({machine, sample, bottleneck}: TopRow, atMs: number, options: CommonOptions): string {
    if (options.json) {
        const figures = sampleJson(machine, sample, runs(machine) ? bottleneck : null);
        return `${plainJson({time: new Date(atMs).toISOString(), ...figures}, 0)}\n`;
    }
    const time = localTime(atMs, '%F %T');
    const name = `${machine.host.id}/${escapeControls(machine.name)}`;
    return `${time}  ${name}  ${withoutIsolates(words({machine, sample, bottleneck}))}\n`;
}

function words({machine, sample, bottleneck}: TopRow): string {
    if (!runs(machine)) return domainStateLabel(machine.state, machine.reason);
    if (!sample) return _('There are no figures of this moment.');
    const {agentLostMs} = machine.troubles;
    const agent = agentLostMs === null ? '' : agentLossSentence(agentLostMs);
    return [shortLine(sample), bottleneck.sentence, agent].filter(part => part !== '').join(' · ');
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {domainStateLabel} from '../../shared/machines/words.js';
import {type Boot, slowBootSentence} from '../../shared/metrics/boot.js';
import type {Insight} from '../../shared/metrics/insight.js';
import type {DiskRates, NetworkRates, Rates} from '../../shared/metrics/rates.js';
import type {Figure, MemoryReading} from '../../shared/metrics/reading.js';
import {
    agentLossSentence,
    formatBytes,
    formatMemory,
    formatMilliseconds,
    formatPercent,
    formatRate,
} from '../../shared/metrics/words.js';
import {_, fill, ngettext} from '../../shared/platform/i18n.js';
import {runs} from '../metrics/runs.js';
import {escapeControls, withoutIsolates} from '../plainText.js';
import {timeLabel} from '../progress.js';
import {formatTable} from '../table.js';
import type {MachineStats} from './machineStats.js';

/** So many of its starts are told of. */
const MOST_BOOTS = 5;
const UNKNOWN = '–';

/** What is known of how a machine does, for people. */
export function machineText(stats: MachineStats): string {
    const {machine, sample, insight, boots, slowBoot} = stats;
    const rates = sample?.rates ?? null;
    const rows: (readonly [string, string])[] = [
        [_('Name'), machine.name],
        [_('State'), domainStateLabel(machine.state, machine.reason)],
        ...(sample ? figures(sample.reading.memory, rates) : []),
        ...diskErrors(insight),
        ...agentLoss(insight),
        ...cards(insight),
        ...(runs(machine) ? [[_('Held back by'), insight.bottleneck.sentence] as const] : []),
        ...lastStarts(boots),
        ...(slowBoot ? [['', slowBootSentence(slowBoot)] as const] : []),
    ];
    return formatTable(cells(rows)) + (rates ? vcpuTable(rates) : '');
}

function figures(memory: MemoryReading, rates: Rates | null): (readonly [string, string])[] {
    return [
        [_('Processors'), processors(rates)],
        [_('Memory'), memoryWords(memory)],
        [_('Disks'), rates ? disks(rates.disk) : UNKNOWN],
        [_('Network'), rates ? network(rates.network) : UNKNOWN],
    ];
}

function processors(rates: Rates | null): string {
    if (!rates || rates.cpu === null) return UNKNOWN;
    const count = rates.vcpus.length;
    const parts = [
        fill(
            ngettext(
                '{percent} of {count} virtual processor',
                '{percent} of {count} virtual processors',
                count,
            ),
            {
                percent: formatPercent(rates.cpu),
                count,
            },
        ),
    ];
    if (rates.processors !== null)
        parts.push(fill(_('{number} of the host’s'), {number: rates.processors.toFixed(2)}));
    return parts.join(', ');
}

function memoryWords(memory: MemoryReading): string {
    const {resident} = memory;
    const known = formatMemory(memory);
    const held = resident === null ? '' : fill(_('the host holds {size}'), {size: formatBytes(resident)});
    return [known, held].filter(part => part !== '').join(', ') || UNKNOWN;
}

function disks({readBytes, writtenBytes, reads, writes, latencyMs, errors}: DiskRates): string {
    const requests = reads === null && writes === null ? null : (reads ?? 0) + (writes ?? 0);
    return list([
        readBytes === null ? '' : fill(_('{rate} read'), {rate: formatRate(readBytes)}),
        writtenBytes === null ? '' : fill(_('{rate} written'), {rate: formatRate(writtenBytes)}),
        requests === null ? '' : fill(_('{number} requests/s'), {number: requests.toFixed(1)}),
        latencyMs === null ? '' : fill(_('{time} each'), {time: formatMilliseconds(latencyMs)}),
        (errors ?? 0) === 0 ? '' : fill(_('{number} errors/s'), {number: errors!.toFixed(1)}),
    ]);
}

function network({inBytes, outBytes, drops, errors}: NetworkRates): string {
    const lost = (drops ?? 0) + (errors ?? 0);
    return list([
        inBytes === null ? '' : fill(_('{rate} in'), {rate: formatRate(inBytes)}),
        outBytes === null ? '' : fill(_('{rate} out'), {rate: formatRate(outBytes)}),
        lost === 0 ? '' : fill(_('{number} lost packets/s'), {number: lost.toFixed(1)}),
    ]);
}

/** Those on which QEMU has met an error; there is no line without one. */
function diskErrors({diskErrors: disks}: Insight): (readonly [string, string])[] {
    if (!disks?.length) return [];
    const words = disks.map(({target, noSpace}) =>
        noSpace ? fill(_('{disk}: no space is left'), {disk: target}) : target,
    );
    return [[_('Disk errors'), list(words)]];
}

/** Only while it is away, as far as was seen. */
function agentLoss({lastAgentLossMs: lostMs}: Insight): (readonly [string, string])[] {
    return lostMs === null ? [] : [[_('Guest agent'), agentLossSentence(lostMs)]];
}

function cards({gpu}: Insight): (readonly [string, string])[] {
    return (gpu ?? []).map(({address, engines}) => [
        fill(_('Card {address}'), {address}),
        list(engines.map(([name, part]) => `${name} ${formatPercent(part)}`)),
    ]);
}

function lastStarts(boots: readonly Boot[]): (readonly [string, string])[] {
    return boots
        .slice(-MOST_BOOTS)
        .reverse()
        .map((boot, at) => [at === 0 ? _('Last starts') : '', bootWords(boot)]);
}

function bootWords({startedAtMs, agentMs, readyMs}: Boot): string {
    const after = (sentence: string, ms: Figure): string =>
        ms === null ? '' : fill(sentence, {time: timeLabel(ms)});
    const signs = [after(_('agent after {time}'), agentMs), after(_('ready after {time}'), readyMs)];
    return list([new Date(startedAtMs).toLocaleString(), ...signs]);
}

function vcpuTable({vcpus}: Rates): string {
    if (vcpus.length === 0) return '';
    const part = (figure: Figure): string => (figure === null ? UNKNOWN : formatPercent(figure));
    return `\n${formatTable(
        cells([
            ['vCPU', _('Used'), _('Waits'), _('Stolen')],
            ...vcpus.map(({index, used, waited, stolen}) => [
                String(index),
                part(used),
                part(waited),
                part(stolen),
            ]),
        ]),
    )}`;
}

function list(parts: readonly string[]): string {
    return parts.filter(part => part !== '').join(', ') || UNKNOWN;
}

function cells(rows: readonly (readonly string[])[]): {text: string}[][] {
    return rows.map(row => row.map(text => ({text: escapeControls(withoutIsolates(text))})));
}

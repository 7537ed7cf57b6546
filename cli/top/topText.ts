// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostFigures} from '../../shared/metrics/hostFigures.js';
import type {Pressure} from '../../shared/metrics/pressure.js';
import {formatMemory, formatPercent} from '../../shared/metrics/words.js';
import {localTime} from '../../shared/platform/clock.js';
import {_, fill, ngettext} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {escapeControls, withoutIsolates} from '../plainText.js';
import type {Order} from './topOrder.js';
import type {TopHost, TopView} from './topView.js';

/** What stands above the table: the moment, the computer, and hosts of which something has to be said. */
export function headerLines(view: TopView, order: Order): string[] {
    return [titleLine(view, order), computerLine(view.computer), ...view.hosts.flatMap(hostLine)].map(line =>
        escapeControls(withoutIsolates(line)),
    );
}

function titleLine({atMs, rows}: TopView, order: Order): string {
    const time = localTime(atMs, '%T');
    const count = rows.length;
    if (count === 0) return `${time}  ${_('No machine runs.')}`;
    const machines = fill(ngettext('{count} machine runs', '{count} machines run', count), {count});
    return `${time}  ${machines}, ${orderLabel(order)}`;
}

function orderLabel(order: Order): string {
    switch (order) {
        case 'cpu':
            return _('by processor');
        case 'memory':
            return _('by memory');
        case 'disk':
            return _('by disk');
        case 'network':
            return _('by network');
    }
}

function computerLine({processors, used, stolen, memory, available, pressure}: HostFigures): string {
    const parts: string[] = [];
    if (processors !== null)
        parts.push(
            fill(ngettext('{count} processor', '{count} processors', processors), {count: processors}),
        );
    if (used !== null) parts.push(fill(_('{percent} used'), {percent: formatPercent(used)}));
    if (stolen !== null && stolen > 0)
        parts.push(fill(_('{percent} stolen'), {percent: formatPercent(stolen)}));
    const inUse = memory === null || available === null ? '' : memoryWords(memory - available, memory);
    const waits = [
        pressureWords(_('processors'), pressure.cpu),
        pressureWords(_('memory'), pressure.memory),
        pressureWords(_('disks'), pressure.io),
    ].filter(wait => wait !== '');
    const waiting =
        waits.length === 0 ? '' : fill(_('Waiting for {list}'), {list: 0}).replace('0', waits.join(', '));
    return [parts.join(', '), inUse, waiting].filter(part => part !== '').join('  ');
}

function memoryWords(used: number, all: number): string {
    const none = {maximum: null, usable: null, unused: null, swappedIn: null, swappedOut: null};
    const reading = {...none, majorFaults: null, toldAt: null, available: null, current: all, resident: used};
    return fill(_('Memory {amount}'), {amount: formatMemory(reading)});
}

function pressureWords(what: string, pressure: Pressure | null): string {
    return pressure === null ? '' : `${what} ${formatPercent(pressure.some)}`;
}

function hostLine({id, state, problem, silent}: TopHost): string[] {
    if (problem !== null && state !== 'connecting') {
        const {title, body} = describeProblem(problem);
        return [`${id}: ${title}. ${body}`];
    }
    return silent || state === 'connecting' ? [`${id}: ${_('No answer yet')}`] : [];
}

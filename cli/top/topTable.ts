// SPDX-License-Identifier: GPL-3.0-or-later
import {domainStateLabel} from '../../shared/machines/words.js';
import type {Figure} from '../../shared/metrics/reading.js';
import type {Sample} from '../../shared/metrics/sampler.js';
import {_} from '../../shared/platform/i18n.js';
import {bottleneckWord} from '../metrics/bottleneckWord.js';
import {runs} from '../metrics/runs.js';
import {worst} from '../metrics/sampleJson.js';
import {columnsOf, escapeControls, padEnd, shorten} from '../plainText.js';
import type {TopRow} from './topView.js';

const GAP = 2;
/** A name is cut down to this before a column goes. */
const SHORT_NAME = 12;
const UNKNOWN = '–';
const UNITS = ['', 'K', 'M', 'G', 'T', 'P'] as const;

interface Column {
    readonly heading: string;
    /** No narrower than this, so that it does not jump when a figure gets another digit. */
    readonly width: number;
    /** Text is at the left of its column, a figure at the right. */
    readonly text?: true;
    /** The order in which columns go when there is no room; undefined for one that stays. */
    readonly goes?: number;
    cell(row: TopRow): string;
}

export interface TableOptions {
    /** How wide it may be; Infinity leaves everything whole. */
    readonly columns: number;
    /** Whether it is told which host a machine is on. */
    readonly hosts: boolean;
    /** Says where a column begins, for a terminal that may have another opinion of how wide a name is. */
    readonly place?: (column: number) => string;
}

/** Lines up machines: the first line are the headings. */
export function topTable(rows: readonly TopRow[], options: TableOptions): string[] {
    const all = columns(options.hosts).map(column => {
        const cells = [column.heading, ...rows.map(row => column.cell(row))];
        return {column, cells, width: Math.max(column.width, ...cells.map(columnsOf))};
    });
    const names = [_('Name'), ...rows.map(({machine}) => escapeControls(machine.name))];
    const widest = Math.max(SHORT_NAME, ...names.map(columnsOf));
    const taken = (): number => all.reduce((sum, {width}) => sum + GAP + width, 0);
    while (taken() + SHORT_NAME > options.columns) {
        const next = all.reduce((last, one) =>
            (one.column.goes ?? -1) > (last.column.goes ?? -1) ? one : last,
        );
        if (next.column.goes === undefined) break;
        all.splice(all.indexOf(next), 1);
    }
    const nameWidth = Math.max(1, Math.min(widest, options.columns - taken()));
    const {place = () => ''} = options;
    return names.map((name, line) => {
        const cells = all.map(({column, cells, width}) =>
            column.text
                ? padEnd(cells[line]!, width)
                : ' '.repeat(width - columnsOf(cells[line]!)) + cells[line]!,
        );
        const rest = cells.map(cell => ' '.repeat(GAP) + cell).join('');
        return `${padEnd(shorten(name, nameWidth), nameWidth)}${place(nameWidth + 1)}${rest}`.trimEnd();
    });
}

function columns(hosts: boolean): Column[] {
    const figure = (heading: string, goes: number | undefined, of: (sample: Sample) => Figure): Column => ({
        heading,
        width: 5,
        ...(goes === undefined ? {} : {goes}),
        cell: ({sample}) => compact(sample && of(sample)),
    });
    return [
        {heading: 'CPU%', width: 5, cell: ({sample}) => percent(sample?.rates?.cpu ?? null)},
        {heading: _('Memory'), width: 9, goes: 3, cell: ({sample}) => memory(sample)},
        figure('RSS', 9, ({reading}) => reading.memory.resident),
        figure(_('Read/s'), 4, ({rates}) => rates?.disk.readBytes ?? null),
        figure(_('Write/s'), 4, ({rates}) => rates?.disk.writtenBytes ?? null),
        figure(_('In/s'), 5, ({rates}) => rates?.network.inBytes ?? null),
        figure(_('Out/s'), 5, ({rates}) => rates?.network.outBytes ?? null),
        {heading: _('Wait%'), width: 5, goes: 7, cell: ({sample}) => percent(waited(sample))},
        {heading: _('Held back by'), width: 12, text: true, goes: 6, cell: heldBack},
        ...(hosts ? [{heading: _('Host'), width: 7, text: true as const, goes: 8, cell: hostOf}] : []),
    ];
}

function hostOf({machine}: TopRow): string {
    return machine.host.id;
}

/** What of its time the worst off of its processors waited for one of the host's: steal where that is known. */
function waited(sample: Sample | null): Figure {
    const rates = sample?.rates ?? null;
    return worst(rates, 'stolen') ?? worst(rates, 'waited');
}

function heldBack({machine, bottleneck}: TopRow): string {
    return runs(machine) ? bottleneckWord(bottleneck.kind) : domainStateLabel(machine.state, machine.reason);
}

/** What the guest uses of what it has. */
function memory(sample: Sample | null): string {
    if (!sample) return UNKNOWN;
    const {available, usable, current} = sample.reading.memory;
    const used = available === null || usable === null ? null : Math.max(0, available - usable);
    return used === null && current === null ? UNKNOWN : `${compact(used)}/${compact(current)}`;
}

function percent(part: Figure): string {
    return part === null ? UNKNOWN : (part * 100).toFixed(1);
}

/** A number of bytes in five columns, as `top` has it: 512, 1.5K, 640M, 12G. */
export function compact(bytes: Figure): string {
    if (bytes === null) return UNKNOWN;
    let amount = bytes;
    let unit = 0;
    // What would be written as 1024 is one of the next.
    for (; Math.round(amount) >= 1024 && unit < UNITS.length - 1; unit++) amount /= 1024;
    const tenths = Math.round(amount * 10) / 10;
    return `${unit > 0 && tenths < 10 && !Number.isInteger(tenths) ? tenths.toFixed(1) : Math.round(amount)}${UNITS[unit]!}`;
}

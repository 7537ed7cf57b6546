// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn of a machine, and in which words; no widgets.
import type {GuestReport} from '../../shared/health/guestChannel/guestReport.js';
import {COLUMNS, type Column} from '../../shared/metrics/history.js';
import type {Sample} from '../../shared/metrics/sampler.js';
import {
    formatBytes,
    formatMilliseconds,
    formatPercent,
    formatRate,
    memoryInUse,
} from '../../shared/metrics/words.js';
import {_, fill, ngettext} from '../../shared/platform/i18n.js';
import {type GraphPoint, greatestOf, roundUp} from './graphScale.js';
import type {LineWords} from './graphWords.js';

/** One graph: its lines, how they are written, and what its upper edge stands for. */
export interface Figures {
    readonly title: string;
    readonly lines: readonly LineWords[];
    /** What else is worth knowing now; empty for nothing. */
    readonly aside: string;
    /** The value at the upper edge. */
    top(points: readonly GraphPoint[]): number;
}

/** A graph of a machine's history. */
export interface MachineFigures extends Figures {
    readonly id: 'cpu' | 'memory' | 'disk' | 'network';
    /** The columns of the history that are its lines. */
    readonly columns: readonly number[];
}

/** Less than this (bytes a second) is not drawn as a mountain. */
const LEAST_RATE = 100_000;
const LEAST_FRAMES = 60;
/** Quicker than this is not worth a word. */
const LEAST_MS = 0.05;
/** A wait is told from this part of the time on. */
const FELT_WAIT = 0.01;
const FEWEST_DROPS = 0.05;

/** The graphs of a machine, by what libvirt tells of it: what it does not have or tell has none. */
export function figuresOf(sample: Sample): MachineFigures[] {
    const {reading} = sample;
    return [
        reading.vcpus.length > 0 || reading.time !== null ? cpu(sample) : null,
        memoryInUse(reading.memory) === null ? null : memory(sample),
        reading.disks.some(one => one.readBytes !== null) ? disk(sample) : null,
        reading.networks.some(one => one.inBytes !== null) ? network(sample) : null,
    ].filter(figures => figures !== null);
}

function columnsOf(...names: Column[]): number[] {
    return names.map(name => COLUMNS.indexOf(name));
}

function cpu({reading, rates}: Sample): MachineFigures {
    const count = reading.vcpus.length;
    const waits = (rates?.vcpus ?? []).map(({stolen, waited}) => stolen ?? waited ?? 0);
    const wait = Math.max(0, ...waits);
    return {
        id: 'cpu',
        title: _('CPU'),
        columns: columnsOf('cpu'),
        lines: [
            {
                label: fill(ngettext('of {count} virtual CPU', 'of {count} virtual CPUs', count), {count}),
                format: formatPercent,
            },
        ],
        aside: wait < FELT_WAIT ? '' : fill(_('waits {percent}'), {percent: formatPercent(wait)}),
        top: () => 1,
    };
}

function memory({reading: {memory: figures}}: Sample): MachineFigures {
    const guestTells = figures.available !== null && figures.usable !== null;
    const all = guestTells ? figures.available : (figures.current ?? figures.maximum);
    return {
        id: 'memory',
        title: _('Memory'),
        columns: columnsOf('memory'),
        lines: [
            {
                // Without a balloon that tells, what the host holds for it is all that is known; it may be more.
                label: guestTells
                    ? fill(_('of {size}'), {size: formatBytes(all ?? 0)})
                    : _('held by the host'),
                format: formatBytes,
            },
        ],
        aside: guestTells || all === null ? '' : fill(_('guest has {size}'), {size: formatBytes(all)}),
        top: points => Math.max(all ?? roundUp(greatestOf(points), 2 ** 20), greatestOf(points)),
    };
}

function disk({rates}: Sample): MachineFigures {
    const latency = rates?.disk.latencyMs ?? null;
    return {
        id: 'disk',
        title: _('Disk'),
        columns: columnsOf('diskRead', 'diskWritten'),
        lines: [
            {label: _('Read'), format: formatRate},
            {label: _('Written'), format: formatRate},
        ],
        aside:
            latency === null || latency < LEAST_MS
                ? ''
                : fill(_('{time} a request'), {time: formatMilliseconds(latency)}),
        top: points => roundUp(greatestOf(points), LEAST_RATE),
    };
}

function network({rates}: Sample): MachineFigures {
    const drops = rates?.network.drops ?? 0;
    return {
        id: 'network',
        title: _('Network'),
        columns: columnsOf('networkIn', 'networkOut'),
        lines: [
            {label: _('Received'), format: formatRate},
            {label: _('Sent'), format: formatRate},
        ],
        aside:
            drops < FEWEST_DROPS
                ? ''
                : fill(_('{count} lost a second'), {count: Math.max(1, Math.round(drops))}),
        top: points => roundUp(greatestOf(points), LEAST_RATE),
    };
}

/** Where a guest's own figures are in their history. */
export const GUEST_COLUMNS = {gpu: 0, frames: 1} as const;

/** What is kept of a guest's report, in that order; null where it has not told. */
export function guestValues(report: GuestReport | null): (number | null)[] {
    const percent = report?.gpuPercent ?? null;
    return [percent === null ? null : percent / 100, report?.framesPerSecond ?? null];
}

/** The guest's graphics card, as the guest tells of it. */
export function guestGpu(): Figures {
    return {
        title: _('Graphics card'),
        lines: [{label: _('in the guest'), format: formatPercent}],
        aside: '',
        top: () => 1,
    };
}

/** The frames that a program in the guest shows. */
export function guestFrames(report: GuestReport | null): Figures {
    const slow = report?.frameTime99Ms ?? null;
    return {
        title: _('Frames per second'),
        lines: [{label: report?.program ?? _('in the guest'), format: frames => String(Math.round(frames))}],
        aside: slow === null ? '' : fill(_('99 % within {time}'), {time: formatMilliseconds(slow)}),
        top: points => roundUp(greatestOf(points), LEAST_FRAMES),
    };
}

/** A card that Linux uses itself. @param engine the part of it that is busiest */
export function linuxCard(name: string, engine: string): Figures {
    return {
        title: name,
        lines: [{label: _('used by Linux'), format: formatPercent}],
        aside: engine,
        top: () => 1,
    };
}

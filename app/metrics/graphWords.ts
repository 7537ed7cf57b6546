// SPDX-License-Identifier: GPL-3.0-or-later
// What graphs say; plain text, no widgets.
import type {Boot} from '../../shared/metrics/boot.js';
import type {BottleneckKind} from '../../shared/metrics/bottleneck.js';
import type {HostPressure} from '../../shared/metrics/pressure.js';
import {formatPercent} from '../../shared/metrics/words.js';
import {_, fill} from '../../shared/platform/i18n.js';
import type {SpanId} from './graphPoints.js';
import {type GraphPoint, summaryOf} from './graphScale.js';

/** A line of a graph: what it is called where there are two, and how its values are written. */
export interface LineWords {
    readonly label: string;
    readonly format: (value: number) => string;
}

/** From where on the host's pressure says why something waits: parts of the time. */
const FELT = 0.05;

/** Where there is no figure. */
export function noFigure(): string {
    return _('—');
}

/** How long something takes or took, e.g. `3.2 s` or `1 min 20 s`. */
export function durationText(ms: number): string {
    const tenths = Math.round(ms / 100) / 10;
    if (tenths < 10) return fill(_('{seconds} s'), {seconds: tenths});
    const seconds = Math.round(ms / 1000);
    if (seconds < 60) return fill(_('{seconds} s'), {seconds});
    const rest = seconds % 60;
    const minutes = (seconds - rest) / 60;
    return rest === 0
        ? fill(_('{minutes} min'), {minutes})
        : fill(_('{minutes} min {seconds} s'), {minutes, seconds: rest});
}

/** How long ago a moment of a graph was. */
export function agoText(ms: number): string {
    const seconds = Math.round(ms / 1000);
    return seconds <= 0 ? _('Now') : fill(_('{time} ago'), {time: durationText(seconds * 1000)});
}

/** A moment as it is read out: each line's value, and when it was. */
export function pointText(lines: readonly LineWords[], {values, atMs}: GraphPoint, nowMs: number): string {
    const ago = agoText(nowMs - atMs);
    const known = lines.flatMap(({label, format}, line) => {
        const value = values[line] ?? null;
        return value === null ? [] : [lines.length > 1 ? `${label} ${format(value)}` : format(value)];
    });
    return `${known.length === 0 ? _('No figure') : known.join(', ')}, ${ago}`;
}

/** A graph for somebody who does not see it. */
export function graphDescription(
    lines: readonly LineWords[],
    points: readonly GraphPoint[],
    span: SpanId,
): string {
    const said = lines.flatMap(({label, format}, line) => {
        const summary = summaryOf(points, line);
        if (!summary) return [];
        const words = {
            last: summary.last === null ? _('not known') : format(summary.last),
            least: format(summary.least),
            greatest: format(summary.greatest),
        };
        const sentence =
            span === 'minutes'
                ? _('Now {last}; between {least} and {greatest} in the last five minutes.')
                : _('Now {last}; between {least} and {greatest} in the last hour.');
        return [`${lines.length > 1 ? `${label}: ` : ''}${fill(sentence, words)}`];
    });
    return said.length === 0 ? _('No figures yet.') : said.join(' ');
}

/** How the host stands, where that explains what holds a machine back; empty where it does not. */
export function pressureSentence(kind: BottleneckKind, pressure: HostPressure | null): string {
    const felt = (part: number | undefined): number | null =>
        part !== undefined && part >= FELT ? part : null;
    const say = (sentence: string, part: number | null): string =>
        part === null ? '' : fill(sentence, {percent: formatPercent(part)});
    switch (kind) {
        case 'vcpu-wait':
        case 'emulator':
        case 'processors':
            return say(
                _('This computer: programs wait for a processor {percent} of the time.'),
                felt(pressure?.cpu?.some),
            );
        case 'swap':
        case 'balloon':
        case 'memory':
            return say(
                _('This computer: programs wait for memory {percent} of the time.'),
                felt(pressure?.memory?.some),
            );
        case 'disk':
            return say(
                _('This computer: programs wait for its disks {percent} of the time.'),
                felt(pressure?.io?.some),
            );
        // The others say it themselves, or it explains nothing.
        default:
            return '';
    }
}

/** How long a start took, until the best sign there is. */
export function bootText({readyMs, agentMs}: Boot): string {
    if (readyMs !== null) return fill(_('Ready after {time}'), {time: durationText(readyMs)});
    if (agentMs !== null) return fill(_('Guest agent after {time}'), {time: durationText(agentMs)});
    return _('Not measured');
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Findings as a person reads them: what failed first, then what could not be measured, then what is well.
import type {Finding} from '../../shared/health/finding.js';
import {
    findingsHeading,
    findingStatusLabel,
    findingTitle,
    unmeasuredLine,
} from '../../shared/health/words.js';
import {_, fill, ngettext} from '../../shared/platform/i18n.js';
import {columnsOf, padEnd, plain} from '../plainText.js';
import {unbroken, wrapText} from '../wrapText.js';
import {BOLD, GREEN, painted, RED, YELLOW} from './paint.js';

/** How findings are shown. */
export interface FindingStyle {
    /** Whether each that is well has a line of its own; else all of them have one together. */
    readonly all: boolean;
    /** What to type to have a finding mended; null where nothing can be. */
    readonly command: (finding: Finding) => string | null;
    /** How wide lines may be; they are as long as they are unless told. */
    readonly columns?: number;
}

const RANK = {hard: 0, warning: 1, advice: 2} as const;

/** Findings in groups, each with its evidence and its fix; names in them are made harmless. */
export function findingsText(findings: readonly Finding[], style: FindingStyle): string {
    const of = (status: Finding['status']): Finding[] => findings.filter(one => one.status === status);
    const failed = of('failed').sort((one, other) => RANK[one.severity] - RANK[other.severity]);
    const unknown = of('unknown');
    const well = of('ok');
    const width = Math.max(0, ...findings.map(finding => columnsOf(findingStatusLabel(finding))));
    const whole = (finding: Finding): string => wholeFinding(finding, width, style);
    const groups = [
        `${painted(plain(findingsHeading(findings)), BOLD)}\n${failed.map(whole).join('')}`,
        unknown.length === 0
            ? ''
            : `${painted(plain(unmeasuredLine(findings)), BOLD)}\n${unknown.map(whole).join('')}`,
        wellText(well, width, style),
    ];
    return wrapText(groups.filter(text => text !== '').join('\n'), style.columns ?? Infinity);
}

function wellText(well: readonly Finding[], width: number, {all}: FindingStyle): string {
    if (well.length === 0) return '';
    const count = fill(ngettext('{count} is OK', '{count} are OK', well.length), {count: well.length});
    if (!all) return `${count} ${_('(“--verbose” shows what was read)')}\n`;
    const lines = well.map(
        finding => `${status(finding, width)}  ${plain(findingTitle(finding))}: ${plain(finding.evidence)}\n`,
    );
    return `${painted(count, BOLD)}\n${lines.join('')}`;
}

/** What it is called and about, what was read, and what to do; that may hold a command, and is not cut. */
function wholeFinding(finding: Finding, width: number, {command}: FindingStyle): string {
    const indent = ' '.repeat(width + 4);
    const typed = command(finding);
    return [
        `${status(finding, width)}  ${painted(plain(findingTitle(finding)), BOLD)} [${finding.id}]`,
        `${indent}${plain(finding.evidence)}`,
        ...(finding.fix === '' ? [] : [`${indent}→ ${unbroken(plain(finding.fix))}`]),
        ...(typed === null ? [] : [`${indent}→ ${_('Handover can do it:')} ${unbroken(typed)}`]),
        '',
    ].join('\n');
}

function status(finding: Finding, width: number): string {
    return `  ${painted(padEnd(findingStatusLabel(finding), width), colourOf(finding))}`;
}

function colourOf({status: answered, severity}: Finding): number {
    if (answered === 'ok') return GREEN;
    return answered === 'failed' && severity === 'hard' ? RED : YELLOW;
}

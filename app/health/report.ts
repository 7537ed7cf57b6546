// SPDX-License-Identifier: GPL-3.0-or-later
import type {Finding} from '../../shared/health/finding.js';
import {
    findingsHeading,
    findingStatusLabel,
    findingTitle,
    lastingLabel,
    unmeasuredLine,
} from '../../shared/health/words.js';
import {APP_NAME, VERSION} from '../../shared/names.js';
import {_, severalLines} from '../../shared/platform/i18n.js';

/** More than this of one answer belongs into no message. Characters. */
const LONGEST = 4000;

/** Findings as plain text, to be pasted into a message: what needs attention first. */
export function reportOf(findings: readonly Finding[]): string {
    const lines = [`${APP_NAME} ${VERSION}`, findingsHeading(findings)];
    const unmeasured = unmeasuredLine(findings);
    if (unmeasured !== '') lines.push(unmeasured);
    for (const finding of sorted(findings)) {
        lines.push('', `[${findingStatusLabel(finding)}] ${clean(findingTitle(finding))} (${finding.id})`);
        if (finding.evidence !== '') lines.push(`    ${clean(finding.evidence)}`);
        if (finding.fix !== '') lines.push(`    ${_('What to do:')} ${clean(finding.fix)}`);
        if (finding.status === 'failed') lines.push(`    ${lastingLabel(finding)}`);
    }
    return `${lines.join('\n')}\n`;
}

function clean(text: string): string {
    return severalLines(text, LONGEST).replaceAll('\n', '\n    ');
}

const BY_SEVERITY = {hard: 0, warning: 1, advice: 2} as const;
const BY_STATUS = {failed: 0, unknown: 1, ok: 2} as const;

/** What needs attention first, the hardest of it at the head; then what could not be measured; in order else. */
export function sorted(findings: readonly Finding[]): Finding[] {
    return findings.toSorted(
        (a, b) =>
            BY_STATUS[a.status] - BY_STATUS[b.status] ||
            (a.status === 'failed' ? BY_SEVERITY[a.severity] - BY_SEVERITY[b.severity] : 0),
    );
}

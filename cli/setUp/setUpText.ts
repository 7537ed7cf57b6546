// SPDX-License-Identifier: GPL-3.0-or-later
import {_, fill} from '../../shared/platform/i18n.js';
import type {SetUpCheck} from '../../shared/setUp/checks.js';
import {afterwards, changeLabel, type SetUpPlan} from '../../shared/setUp/plan.js';
import {type UndoPlan, undoLabels} from '../../shared/setUp/undo.js';
import {checkStatusLabel} from '../../shared/setUp/words.js';
import {columnsOf, padEnd, plain, withoutIsolates} from '../plainText.js';

/** All checks, each with what was found, and below it what to do. */
export function checksText({card, checks}: Pick<SetUpPlan, 'card' | 'checks'>): string {
    const labels = checks.map(checkStatusLabel);
    const width = Math.max(0, ...labels.map(columnsOf));
    const lines = checks.flatMap((check, index) => [
        `  ${padEnd(labels[index] ?? '', width)}  ${plain(check.title)}: ${plain(check.evidence)}`,
        ...(check.fix === '' ? [] : [`  ${' '.repeat(width)}  → ${plain(check.fix)}`]),
    ]);
    return [`${plain(card.name)} (${card.address})`, ...lines, ''].join('\n');
}

/** What would be changed. */
export function changesText({changes, machineName}: SetUpPlan): string {
    if (changes.length === 0) return `${_('Nothing has to be changed.')}\n`;
    const lines = changes.map(change => `  • ${plain(changeLabel(change, machineName ?? ''))}`);
    return [_('This would be done:'), ...lines, ''].join('\n');
}

/** What would be taken back. */
export function undoText(plan: UndoPlan): string {
    const labels = undoLabels(plan);
    if (labels.length === 0) return `${_('Nothing is there to be taken back.')}\n`;
    return [_('This would be taken back:'), ...labels.map(label => `  • ${plain(label)}`), ''].join('\n');
}

/** What was written, and what is left to do. */
export function doneText(plan: SetUpPlan, files: readonly string[]): string {
    return [
        fill(_('{card} is set up.'), {card: plan.card.name}),
        ...(files.length === 0 ? [] : [_('Files that were written:'), ...files.map(path => `  ${path}`)]),
        ...afterwards(plan),
        '',
    ]
        .map(plain)
        .join('\n');
}

/** What `--json` prints of the checks and the plan; the manual page documents it. */
export function planJson(plan: SetUpPlan): object {
    const {card, machineName, checks, changes, obstacles} = plan;
    return {
        card,
        machine: machineName,
        ready: changes.length === 0 && obstacles.length === 0 && checks.every(isFine),
        checks: checks.map(({id, status, needed, title, evidence, fix}) => ({
            id,
            status,
            needed,
            title: withoutIsolates(title),
            evidence: withoutIsolates(evidence),
            fix: withoutIsolates(fix),
        })),
        changes: changes.map(change => ({
            ...change,
            text: withoutIsolates(changeLabel(change, machineName ?? '')),
        })),
        obstacles: obstacles.map(({id}) => id),
    };
}

function isFine({needed, status}: SetUpCheck): boolean {
    return !needed || status === 'ok';
}

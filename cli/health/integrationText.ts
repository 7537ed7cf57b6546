// SPDX-License-Identifier: GPL-3.0-or-later
import type {IntegrationRow, RowStatus} from '../../shared/health/integration/integrationRow.js';
import {packageLabels} from '../../shared/health/integration/words.js';
import {rowStatusLabel} from '../../shared/health/words.js';
import {_} from '../../shared/platform/i18n.js';
import {columnsOf, padEnd, plain, withoutIsolates} from '../plainText.js';
import {unbroken, wrapText} from '../wrapText.js';
import {BOLD, GREEN, painted, YELLOW} from './paint.js';

/**
 * How guest and host work together, row by row, with what to add where something is missing.
 *
 * @param columns how wide lines may be
 */
export function integrationText(
    rows: readonly IntegrationRow[],
    command: (row: IntegrationRow) => string | null,
    columns = Infinity,
): string {
    if (rows.length === 0) return '';
    const width = Math.max(...rows.map(row => columnsOf(rowStatusLabel(row))));
    const indent = ' '.repeat(width + 4);
    const lines = rows.flatMap(row => [
        `  ${painted(padEnd(rowStatusLabel(row), width), colourOf(row.status))}  ${plain(row.title)}: ${plain(row.evidence)}`,
        ...(row.fix === '' ? [] : [`${indent}→ ${unbroken(plain(row.fix))}`]),
        ...typed(command(row)).map(line => `${indent}→ ${line}`),
        ...packageLine(row).map(line => `${indent}→ ${line}`),
    ]);
    return wrapText([painted(_('Guest and host'), BOLD), ...lines, ''].join('\n'), columns);
}

function typed(command: string | null): string[] {
    return command === null ? [] : [`${_('Handover can add it:')} ${unbroken(command)}`];
}

/** What to install in the guest, where something is missing. */
function packageLine({status, packages}: IntegrationRow): string[] {
    if (status !== 'missing' || packages === null) return [];
    const labels = packageLabels(packages).map(([who, what]) => `${who}: ${what}`);
    return labels.length === 0 ? [] : [plain(`${_('To be installed in the guest:')} ${labels.join('; ')}`)];
}

function colourOf(status: RowStatus): number | null {
    return {works: GREEN, missing: YELLOW, 'not-applicable': null, unknown: YELLOW}[status];
}

/** What `--json` prints of a row; the manual page documents it, and it only ever grows. */
export function rowJson({id, title, status, evidence, fix, edit, packages, pending}: IntegrationRow): object {
    return {
        id,
        title: withoutIsolates(title),
        status,
        evidence: withoutIsolates(evidence),
        fix: withoutIsolates(fix),
        edit: edit?.kind ?? null,
        packages,
        pending,
    };
}

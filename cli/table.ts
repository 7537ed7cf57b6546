// SPDX-License-Identifier: GPL-3.0-or-later
import {columnsOf, shorten} from './plainText.js';

const GAP = '  ';

/** A cell: text that holds no control character, and how it is coloured once it has its width. */
export interface Cell {
    readonly text: string;
    readonly paint?: (text: string) => string;
}

/**
 * Lines up cells in columns.
 *
 * @param columns how wide it may be: the first column gives way; Infinity leaves everything whole
 */
export function formatTable(rows: readonly (readonly Cell[])[], columns = Infinity): string {
    const widths: number[] = [];
    for (const row of rows)
        row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, columnsOf(cell.text))));
    const total = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
    if (total > columns && widths[0] !== undefined) widths[0] = Math.max(8, widths[0] - (total - columns));
    return rows
        .map(row =>
            row
                .map(({text, paint}, index) => {
                    const width = widths[index]!;
                    const kept = index === 0 ? shorten(text, width) : text;
                    const space = index === row.length - 1 ? '' : ' '.repeat(width - columnsOf(kept));
                    return (paint ? paint(kept) : kept) + space;
                })
                .join(GAP),
        )
        .map(line => `${line}\n`)
        .join('');
}

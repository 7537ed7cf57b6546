// SPDX-License-Identifier: GPL-3.0-or-later
import {columnsOf} from './plainText.js';

/** Stands for a space at which no line ends: no text that is printed has it, since controls are escaped. */
const UNBROKEN = '\0';
/** Colours (ECMA-48’s “select graphic rendition”) take no room. */
const COLOURS = /\x1b\[\d*m/g;
/** What a line begins with: a status in a column of its own, or an indent with or without an arrow. */
const HEAD = /^(?: {2}(?! )(?:\S+ )*?\S+(?:\x1b\[\d*m| ){2,}| *(?:→ )?)/;

/** A text in which `wrapText` ends no line: what is to be copied as a whole. */
export function unbroken(text: string): string {
    return text.replaceAll(' ', UNBROKEN);
}

/**
 * Ends lines between words; what goes on stands under the text and not under what is before it.
 *
 * @param columns how wide the terminal is; Infinity where there is none
 */
export function wrapText(text: string, columns: number): string {
    const lines = columns === Infinity ? [text] : text.split('\n').map(line => wrapLine(line, columns));
    return lines.join('\n').replaceAll(UNBROKEN, ' ');
}

function wrapLine(line: string, columns: number): string {
    if (widthOf(line) <= columns) return line;
    const [head = ''] = HEAD.exec(line) ?? [];
    // On a very narrow terminal the text needs the room.
    const hang = ' '.repeat(Math.min(widthOf(head), Math.floor(columns / 2)));
    const [first = '', ...words] = line.slice(head.length).split(' ');
    const lines: string[] = [];
    let current = `${head}${first}`;
    for (const word of words) {
        if (widthOf(current) + 1 + widthOf(word) <= columns) current += ` ${word}`;
        else {
            lines.push(current.trimEnd());
            current = `${hang}${word}`;
        }
    }
    return [...lines, current].join('\n');
}

function widthOf(text: string): number {
    return columnsOf(text.replace(COLOURS, '').replaceAll(UNBROKEN, ' '));
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Names come from anybody; a terminal obeys control characters.
import GLib from 'gi://GLib';

const SHORT: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\'};

const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\\]|(?!\p{Join_Control}|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}/gu;

/** What nearly every name is. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * A string with everything that a terminal could obey, that turns the line round, or that nobody can see, written
 * as an escape: `\n`, `\x1b`, `\u202e`, `\u200b`. The joiners and the signs that choose between a picture and
 * a letter stay: scripts and emoji need them.
 */
export function escapeControls(text: string): string {
    if (PLAIN.test(text) && !text.includes('\\')) return text;
    return text.replace(HIDDEN, character => {
        const code = character.codePointAt(0)!;
        return (
            SHORT[character] ??
            (code < 0x100
                ? `\\x${code.toString(16).padStart(2, '0')}`
                : code < 0x10000
                  ? `\\u${code.toString(16).padStart(4, '0')}`
                  : `\\u{${code.toString(16)}}`)
        );
    });
}

/** How many columns a terminal uses for a text. */
export function columnsOf(text: string): number {
    if (PLAIN.test(text)) return text.length;
    let columns = 0;
    for (const character of text) {
        if (GLib.unichar_iszerowidth(character)) continue;
        columns += GLib.unichar_iswide(character) ? 2 : 1;
    }
    return columns;
}

/** A text with spaces behind it up to a width. */
export function padEnd(text: string, columns: number): string {
    return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** A text cut to a width, with an ellipsis when something is missing. */
export function shorten(text: string, columns: number): string {
    if (columnsOf(text) <= columns) return text;
    let kept = '';
    let used = 1;
    for (const character of text) {
        used += columnsOf(character);
        if (used > columns) break;
        kept += character;
    }
    return `${kept}…`;
}

/** Takes out the marks that keep a right-to-left name from turning a sentence round. */
export function withoutIsolates(text: string): string {
    return text.replace(/[\u2066-\u2069]/g, '');
}

/** What people wrote, or machines and devices call themselves, on one line that no terminal obeys. */
export function plain(text: string): string {
    return escapeControls(withoutIsolates(text));
}

/** What a terminal obeys, and what turns a line round, but is no control character to JSON. */
const ACTIVE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A value as JSON, in which everything that a terminal could obey is written as an escape: the same to any reader. */
export function plainJson(value: unknown, indent: number): string {
    return JSON.stringify(value, null, indent).replace(
        ACTIVE,
        character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

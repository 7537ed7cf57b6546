// SPDX-License-Identifier: GPL-3.0-or-later
// The domain is always named, never made the process's default: the Shell has a default of its own.
import Gettext from 'gettext';

import {GETTEXT_DOMAIN} from '../names.js';

/** Translates a message. */
export function _(message: string): string {
    return Gettext.dgettext(GETTEXT_DOMAIN, message);
}

/** Translates a message that depends on a count. */
export function ngettext(singular: string, plural: string, count: number): string {
    return Gettext.dngettext(GETTEXT_DOMAIN, singular, plural, count);
}

/** Translates a message in a context, for words that are spelt alike but mean different things. */
export function pgettext(context: string, message: string): string {
    return Gettext.dpgettext(GETTEXT_DOMAIN, context, message);
}

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';
const LONGEST_INSERT = 120;
/** PATH_MAX of Linux. */
const LONGEST_TYPED = 4096;

/**
 * Puts values into a translated sentence: `{name}` is replaced by `values.name`.
 *
 * Each value is wrapped in Unicode isolates, so that a right-to-left name cannot turn the sentence round,
 * stripped of control characters, and shortened to 120 characters.
 *
 * @see https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
 */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
    return filled(
        sentence,
        values,
        text => `${FIRST_STRONG_ISOLATE}${oneLine(text, LONGEST_INSERT)}${POP_DIRECTIONAL_ISOLATE}`,
    );
}

/**
 * The same for a sentence with a command or a line of a file that is to be copied: without the isolates, which would
 * be copied along unseen, and make another name of it, and not shortened before it is as long as a path may be.
 */
export function fillTyped(sentence: string, values: Readonly<Record<string, string>>): string {
    return filled(sentence, values, text => oneLine(text, LONGEST_TYPED));
}

function filled(
    sentence: string,
    values: Readonly<Record<string, string | number>>,
    wrapped: (text: string) => string,
): string {
    return sentence.replace(/\{(\w+)\}/g, (whole, key: string) => {
        const value = Object.hasOwn(values, key) ? values[key] : undefined;
        if (value === undefined) return whole;
        return typeof value === 'number' ? String(value) : wrapped(value);
    });
}

/** What Unicode says shows nothing, but for the signs that choose between a picture and a letter. */
const INVISIBLE = /(?!\u200c|\u200d|\ufe0e|\ufe0f)\p{Default_Ignorable_Code_Point}+/gu;
/** Joiners, but for those in a picture made of pictures and those in scripts whose letters they shape. */
const IDLE_JOINERS =
    /(?<![\p{Emoji_Modifier}\p{Extended_Pictographic}\ufe0f])(?<!(?!\p{Script=Latin}|\p{Script=Greek}|\p{Script=Cyrillic}|[\u0300-\u036f])[\p{L}\p{M}])[\u200c\u200d]+/gu;

/**
 * A string from outside as one short line: controls become spaces, what shows nothing or turns the direction goes,
 * no more than four marks stand on a letter, and what is longer than `longest` characters ends in an ellipsis.
 */
export function oneLine(text: string, longest = 200): string {
    const clean = text
        // Cc (controls), line and paragraph separators
        .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
        // Explicit direction embeddings, overrides and isolates are among them: they would reach beyond the name.
        .replace(INVISIBLE, '')
        .replace(IDLE_JOINERS, '')
        // Marks without end would be drawn over the lines above and below.
        .replace(/(\p{M}{4})\p{M}+/gu, '$1')
        .trim();
    const characters = [...clean];
    return characters.length <= longest ? clean : `${characters.slice(0, longest - 1).join('')}…`;
}

/**
 * A text from outside for a place with room: each of its lines as `oneLine` gives it.
 *
 * @param longest of the whole, in UTF-16 code units; what is longer ends in an ellipsis
 */
export function severalLines(text: string, longest: number): string {
    const lines = text
        .slice(0, longest - 1)
        .split(/\r?\n/)
        .map(line => oneLine(line, longest));
    return lines.join('\n') + (text.length >= longest ? '…' : '');
}

/** Whether there is anything in it for the eye. */
export function isVisible(text: string): boolean {
    return /[^\p{Default_Ignorable_Code_Point}\p{C}\p{Z}\p{M}\u2800]/u.test(text);
}

/** The first of these that shows anything to the eye, or else the last. */
export function firstVisible(...texts: readonly [...(string | null)[], string]): string {
    return texts.find((text): text is string => text !== null && isVisible(text)) ?? (texts.at(-1) as string);
}

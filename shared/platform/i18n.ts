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

/**
 * Puts values into a translated sentence: `{name}` is replaced by `values.name`.
 *
 * Each value is wrapped in Unicode isolates, so that a right-to-left name cannot turn the sentence round,
 * stripped of control characters, and shortened to 120 characters.
 *
 * @see https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
 */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
    return sentence.replace(/\{(\w+)\}/g, (whole, key: string) => {
        const value = Object.hasOwn(values, key) ? values[key] : undefined;
        if (value === undefined) return whole;
        if (typeof value === 'number') return String(value);
        return `${FIRST_STRONG_ISOLATE}${oneLine(value, LONGEST_INSERT)}${POP_DIRECTIONAL_ISOLATE}`;
    });
}

/**
 * A string from outside as one short line: control and direction characters become spaces or go,
 * what is longer than `longest` characters ends in an ellipsis.
 */
export function oneLine(text: string, longest = 200): string {
    const clean = text
        // Cc (controls), line and paragraph separators
        .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
        // explicit direction embeddings, overrides and isolates would reach beyond the name
        .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
        .trim();
    const characters = [...clean];
    return characters.length <= longest ? clean : `${characters.slice(0, longest - 1).join('')}…`;
}

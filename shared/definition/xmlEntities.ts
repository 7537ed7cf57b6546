// SPDX-License-Identifier: GPL-3.0-or-later
import {DefinitionError} from './definitionError.js';

/*
 * The tree keeps text and attribute values as they are written. What they mean
 * is worked out here, when somebody asks, and only what we write ourselves is
 * escaped here.
 */

/** The five entities XML has without a document type, which libvirt's XML never has. */
const NAMED: ReadonlyMap<string, string> = new Map([
    ['lt', '<'],
    ['gt', '>'],
    ['amp', '&'],
    ['quot', '"'],
    ['apos', "'"],
]);

const REFERENCE = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));|&/g;

/** Everything outside the Char production of XML 1.0, lone surrogates among it. */
const FORBIDDEN =
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** The first character of `text` that XML 1.0 cannot hold, as an index, or -1. */
export function forbiddenCharacterAt(text: string): number {
    return text.search(FORBIDDEN);
}

/**
 * The first reference in `raw` that XML does not know, or a bare `&`; null when all are good.
 * @param raw text or an attribute's value as written
 */
export function unknownReferenceIn(raw: string): string | null {
    if (!raw.includes('&')) return null;
    for (const match of raw.matchAll(REFERENCE)) {
        if (meaningOf(match) === null) return match[0];
    }
    return null;
}

/**
 * Replaces character and entity references by what they stand for.
 * @param raw text or an attribute's value as written, which the parser has checked
 */
export function decodeReferences(raw: string): string {
    if (!raw.includes('&')) return raw;
    return raw.replace(REFERENCE, (...match: string[]) => meaningOf(match) ?? match[0] ?? '');
}

/** @param match of {@link REFERENCE} */
function meaningOf([, hex, decimal, name]: readonly (string | undefined)[]): string | null {
    if (name !== undefined) return NAMED.get(name) ?? null;
    const point = hex !== undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal ?? '', 10);
    // Not a number for a bare `&`.
    if (!(point <= 0x10ffff)) return null;
    const character = String.fromCodePoint(point);
    return FORBIDDEN.test(character) ? null : character;
}

/** What an attribute's value means: references replaced and white space normalised (XML 1.0, 3.3.3). */
export function decodeAttribute(raw: string): string {
    return decodeReferences(raw.replace(/[\t\n]/g, ' '));
}

/**
 * Writes a value as the content of an element.
 * @throws {DefinitionError} for a character that XML cannot hold
 */
export function encodeText(value: string): string {
    refuseForbidden(value);
    // A bare CR would be read back as a line feed.
    return value.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#13;');
}

/**
 * Writes a value as an attribute's, for either kind of quotes.
 * @throws {DefinitionError} for a character that XML cannot hold
 */
export function encodeAttribute(value: string): string {
    return encodeText(value)
        .replace(/"/g, '&quot;')
        .replace(/'/g, '&apos;')
        .replace(/\t/g, '&#9;')
        .replace(/\n/g, '&#10;');
}

function refuseForbidden(value: string): void {
    const index = forbiddenCharacterAt(value);
    if (index < 0) return;
    const code = value.charCodeAt(index).toString(16).toUpperCase().padStart(4, '0');
    throw new DefinitionError(`The character U+${code} cannot stand in XML`);
}

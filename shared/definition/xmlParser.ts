// SPDX-License-Identifier: GPL-3.0-or-later
import {XMLParser} from '../vendor/fastXmlParser.js';

import {messageOf} from '../platform/errors.js';
import {DefinitionError} from './definitionError.js';
import {forbiddenCharacterAt, unknownReferenceIn} from './xmlEntities.js';
import {serializeDocument} from './xmlTree.js';
import type {XmlAttribute, XmlDocument, XmlElement, XmlNode} from './xmlTree.js';

/*
 * fast-xml-parser in its ordered mode gives the nesting, the text, the comments
 * and the CDATA sections, and says where each element starts and ends. What it
 * loses or lets pass is dealt with in this file and nowhere else:
 *
 * - Processing instructions: it reads them as attributes, loses the rest, and
 *   fails at an apostrophe. They are hidden in comments that start with U+0001,
 *   which no document can contain.
 * - Text and comments around the root: it drops the text. The document is
 *   parsed inside an element of ours.
 * - Names such as `constructor`: it refuses or renames them. Every name is
 *   prefixed with a character that no name starts with.
 * - Attributes: it loses quotes, white space and duplicates. They are read from
 *   the start tag, which is kept as written, like the end tag.
 * - Mistakes: it closes an element with any end tag, and does not look at names,
 *   references, or characters. All that is checked here; its own validator is
 *   not used because it lets some of it pass and doubles the time. At the end the
 *   tree has to give the very text that was read.
 */

/* eslint-disable no-misleading-character-class -- these are the ranges of XML's grammar, marks among them */
const NAME_START =
    ':A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}' +
    '\\u{200C}\\u{200D}\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}' +
    '\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}]*`;
const VALUE = `"[^"<]*"|'[^'<]*'`;

const START_TAG = new RegExp(
    `<(${NAME})((?:[ \\t\\n]+${NAME}[ \\t\\n]*=[ \\t\\n]*(?:${VALUE}))*)[ \\t\\n]*/?>`,
    'uy',
);
const ATTRIBUTE = new RegExp(`(${NAME})[ \\t\\n]*=[ \\t\\n]*(${VALUE})`, 'ug');
const INSTRUCTION = new RegExp(`^<\\?(${NAME})(?:[ \\t\\n][^]*)?\\?>$`, 'u');
/* eslint-enable no-misleading-character-class */
const DECLARATION = /^<\?xml[ \t\n]+version[ \t\n]*=[^]*\?>$/;
const SPECIAL = /<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<\?[^]*?\?>|<!DOCTYPE|<!|<\?/g;

const TEXT = '#text';
const CDATA = '#cdata';
const COMMENT = '#comment';
const HIDDEN = '\u0001';
const MARK = '-';
const AROUND = 'around';

/** libxml2, and so libvirt, refuses a deeper document. */
const MAX_DEPTH = 257;

interface ParsedNode {
    readonly [name: string]: string | readonly ParsedNode[];
    readonly [place: symbol]: {startIndex: number; endIndex?: number} | undefined;
}

const PLACE = XMLParser.getMetaDataSymbol() as unknown as symbol;

/** What the reading of one document needs everywhere. */
interface Source {
    /** The text as given to the parser. */
    readonly text: string;
    readonly instructions: readonly string[];
}

/**
 * Reads an XML document; nothing in it is lost.
 * Line ends become `\n`, as XML asks of every reader, and a byte order mark goes.
 *
 * @param text a whole document
 * @throws {DefinitionError} when it is not well formed, or has a document type
 */
export function parseXml(text: string): XmlDocument {
    const normal = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
    const source = prepare(normal);
    const children = convertChildren(source, parseNesting(source), null);
    let root: XmlElement | null = null;
    for (const node of children) {
        if (node.kind === 'element') {
            if (root !== null) throw new DefinitionError('There is more than one outermost element');
            root = node;
        } else if (node.kind === 'cdata' || (node.kind === 'text' && /[^ \t\n]/.test(node.raw))) {
            throw new DefinitionError('There is text outside the outermost element');
        }
    }
    if (root === null) throw new DefinitionError('There is no element in it');
    const document = {children, root};
    refuseLoss(normal, serializeDocument(document));
    return document;
}

/**
 * Every node has been checked by itself; when together they are the whole text, the text is well
 * formed and nothing in it was lost. It is not when fast-xml-parser passed over something, such as
 * the first half of `</</a>`.
 */
function refuseLoss(text: string, written: string): void {
    if (text === written) return;
    let index = 0;
    while (text[index] === written[index]) index++;
    throw new DefinitionError('This is not well-formed XML', {line: lineAt(text, index)});
}

/** Checks what can be checked in the text alone, hides instructions, and puts our element around it. */
function prepare(text: string): Source {
    const forbidden = forbiddenCharacterAt(text);
    if (forbidden >= 0)
        throw new DefinitionError('A character cannot stand in XML', {line: lineAt(text, forbidden)});
    const instructions: string[] = [];
    const visible = text.replace(SPECIAL, (part, index: number) => {
        const line: Line = () => ({line: lineAt(text, index)});
        if (part.startsWith('<![')) return part;
        if (part.startsWith('<!--')) {
            const inside = part.slice(4, -3);
            if (!inside.includes('--') && !inside.endsWith('-')) return part;
            throw new DefinitionError('“--” stands in a comment', line());
        }
        if (part === '<!DOCTYPE') throw new DefinitionError('A document type is not allowed', line());
        const target = INSTRUCTION.exec(part)?.[1];
        if (target === undefined) throw new DefinitionError(`“${part}” is not closed or not known`, line());
        if (/^xml$/i.test(target) && (index > 0 || !DECLARATION.test(part)))
            throw new DefinitionError('The XML declaration is wrong or not at the start', line());
        instructions.push(part);
        // The line feeds stay, so that later lines keep their numbers.
        return `<!--${HIDDEN}${instructions.length - 1}${part.replace(/[^\n]+/g, '')}-->`;
    });
    return {text: `<${AROUND}>${visible}</${AROUND}>`, instructions};
}

/** Lets fast-xml-parser find the nesting; returns what is inside our own element. */
function parseNesting({text}: Source): readonly ParsedNode[] {
    const parser = new XMLParser({
        preserveOrder: true,
        captureMetaData: true,
        ignoreAttributes: true,
        processEntities: false,
        trimValues: false,
        parseTagValue: false,
        commentPropName: COMMENT,
        cdataPropName: CDATA,
        textNodeName: TEXT,
        maxNestedTags: MAX_DEPTH,
        jPath: false,
        transformTagName: name => MARK + name,
    });
    let nodes: readonly ParsedNode[];
    try {
        nodes = parser.parse(text) as readonly ParsedNode[];
    } catch (error) {
        const deep = messageOf(error).startsWith('Maximum nested tags');
        const what = deep ? `Elements are nested more than ${MAX_DEPTH} deep` : 'A tag is not closed';
        throw new DefinitionError(what, {cause: error});
    }
    const around = nodes[0];
    const inside = around?.[MARK + AROUND];
    if (
        around === undefined ||
        nodes.length !== 1 ||
        typeof inside !== 'object' ||
        around[PLACE]?.endIndex !== text.length
    )
        throw new DefinitionError('There is an end tag without a start tag');
    return inside;
}

type Line = () => {line: number};

/** @param line where the element around them starts, for a message about text; null outside the root */
function convertChildren(source: Source, nodes: readonly ParsedNode[], line: Line | null): XmlNode[] {
    return nodes.map(node => convert(source, node, line));
}

function convert(source: Source, node: ParsedNode, line: Line | null): XmlNode {
    const place = node[PLACE];
    if (place !== undefined) return convertElement(source, node, place);
    const text = node[TEXT];
    if (typeof text === 'string') {
        if (text.includes(']]>')) throw new DefinitionError('“]]>” stands outside a CDATA section', line?.());
        checkReferences(text, line);
        return {kind: 'text', raw: text};
    }
    const cdata = node[CDATA];
    if (cdata !== undefined) return {kind: 'cdata', raw: contentOf(cdata)};
    const comment = contentOf(node[COMMENT]);
    if (!comment.startsWith(HIDDEN)) return {kind: 'comment', raw: comment};
    return {kind: 'instruction', raw: source.instructions[Number.parseInt(comment.slice(1), 10)] ?? ''};
}

/** The text of a comment or CDATA section. */
function contentOf(nodes: string | readonly ParsedNode[] | undefined): string {
    const text = typeof nodes === 'object' ? nodes[0]?.[TEXT] : undefined;
    return typeof text === 'string' ? text : '';
}

function convertElement(
    source: Source,
    node: ParsedNode,
    {startIndex, endIndex}: {startIndex: number; endIndex?: number},
): XmlElement {
    const {text} = source;
    const line: Line = () => ({line: lineAt(text, startIndex)});
    START_TAG.lastIndex = startIndex;
    const [open, name, attributeText] = START_TAG.exec(text) ?? [];
    if (open === undefined || name === undefined || attributeText === undefined)
        throw new DefinitionError('A tag is not well formed', line());
    if (endIndex === undefined) throw new DefinitionError(`<${name}> is not closed`, line());
    let close = '';
    if (!open.endsWith('/>')) {
        close = text.slice(text.lastIndexOf('</', endIndex - 1), endIndex);
        if (!isEndTag(close, name)) throw new DefinitionError(`<${name}> is closed by ${close}`, line());
    }
    const inside = node[MARK + name];
    return {
        kind: 'element',
        name,
        attributes: attributeText === '' ? [] : readAttributes(attributeText, line),
        children: typeof inside === 'object' ? convertChildren(source, inside, line) : [],
        tags: {open, close},
    };
}

function isEndTag(tag: string, name: string): boolean {
    return tag.startsWith(name, 2) && /^[ \t\n]*>$/.test(tag.slice(2 + name.length));
}

function readAttributes(text: string, line: Line): XmlAttribute[] {
    const attributes: XmlAttribute[] = [];
    const names = new Set<string>();
    for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE)) {
        if (names.has(name)) throw new DefinitionError(`The attribute ${name} stands twice`, line());
        names.add(name);
        const raw = value.slice(1, -1);
        checkReferences(raw, line);
        attributes.push({name, raw, quote: value.startsWith('"') ? '"' : "'"});
    }
    return attributes;
}

function checkReferences(raw: string, line: Line | null): void {
    const unknown = unknownReferenceIn(raw);
    if (unknown !== null)
        throw new DefinitionError(`“${unknown}” is not a reference that XML knows`, line?.());
}

function lineAt(text: string, index: number): number {
    let line = 1;
    for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++;
    return line;
}

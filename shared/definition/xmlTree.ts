// SPDX-License-Identifier: GPL-3.0-or-later
import {decodeAttribute, decodeReferences, encodeAttribute, encodeText} from './xmlEntities.js';

/*
 * An XML document as a tree that is never changed in place. It keeps everything
 * as it was written, so that writing it again gives the same text; an edited
 * copy shares all the nodes that the edit did not touch.
 */

/** An attribute as written; namespace declarations are attributes too. */
export interface XmlAttribute {
    readonly name: string;
    /** What stands between the quotes; {@link attributeOf} tells what it means. */
    readonly raw: string;
    readonly quote: "'" | '"';
}

export interface XmlElement {
    readonly kind: 'element';
    /** The name with its prefix, for example `qemu:commandline`. */
    readonly name: string;
    readonly attributes: readonly XmlAttribute[];
    readonly children: readonly XmlNode[];
    /** Both tags as they were written (`close` is empty after `/>`), or null for one we made. */
    readonly tags: {readonly open: string; readonly close: string} | null;
}

/** Character data as written. */
export interface XmlText {
    readonly kind: 'text';
    readonly raw: string;
}

/** What stands between `<![CDATA[` and `]]>`. */
export interface XmlCdata {
    readonly kind: 'cdata';
    readonly raw: string;
}

/** What stands between `<!--` and `-->`. */
export interface XmlComment {
    readonly kind: 'comment';
    readonly raw: string;
}

/** A processing instruction or the XML declaration, whole. */
export interface XmlInstruction {
    readonly kind: 'instruction';
    readonly raw: string;
}

export type XmlNode = XmlElement | XmlText | XmlCdata | XmlComment | XmlInstruction;

export interface XmlDocument {
    /** The root with everything before and after it. */
    readonly children: readonly XmlNode[];
    readonly root: XmlElement;
}

/** Writes a document, byte for byte as it was read where nothing was edited. */
export function serializeDocument(document: XmlDocument): string {
    return serializeNodes(document.children);
}

/** Writes one element with all that is in it. */
export function serializeElement(element: XmlElement): string {
    return serializeNode(element);
}

function serializeNodes(nodes: readonly XmlNode[]): string {
    let text = '';
    for (const node of nodes) text += serializeNode(node);
    return text;
}

function serializeNode(node: XmlNode): string {
    switch (node.kind) {
        case 'text':
        case 'instruction':
            return node.raw;
        case 'cdata':
            return `<![CDATA[${node.raw}]]>`;
        case 'comment':
            return `<!--${node.raw}-->`;
        case 'element': {
            if (node.tags !== null) return node.tags.open + serializeNodes(node.children) + node.tags.close;
            let open = `<${node.name}`;
            for (const {name, quote, raw} of node.attributes) open += ` ${name}=${quote}${raw}${quote}`;
            if (node.children.length === 0) return `${open}/>`;
            return `${open}>${serializeNodes(node.children)}</${node.name}>`;
        }
    }
}

/**
 * Makes an element.
 * @param name with its prefix
 * @param attributes by name, in order; values are escaped
 * @param content escaped text, or nodes
 */
export function makeElement(
    name: string,
    attributes: Readonly<Record<string, string>> = {},
    content: string | readonly XmlNode[] = [],
): XmlElement {
    return {
        kind: 'element',
        name,
        attributes: Object.entries(attributes).map(([key, value]) => makeAttribute(key, value)),
        children: typeof content === 'string' ? makeText(content) : content,
        tags: null,
    };
}

/** Makes an attribute, in the quotes that libvirt uses. */
export function makeAttribute(name: string, value: string): XmlAttribute {
    return {name, raw: encodeAttribute(value), quote: "'"};
}

/** Makes the text nodes of a value: one, or none for the empty string. */
export function makeText(value: string): readonly XmlText[] {
    return value === '' ? [] : [{kind: 'text', raw: encodeText(value)}];
}

/** The value of an attribute, or null where there is none. */
export function attributeOf(element: XmlElement | null, name: string): string | null {
    if (element === null) return null;
    for (const attribute of element.attributes) {
        if (attribute.name === name) return decodeAttribute(attribute.raw);
    }
    return null;
}

/** The first child element of that name, or null. */
export function childOf(element: XmlElement | null, name: string): XmlElement | null {
    if (element === null) return null;
    for (const node of element.children) {
        if (node.kind === 'element' && node.name === name) return node;
    }
    return null;
}

/** All child elements, in document order; only those of that name if one is given. */
export function childrenOf(element: XmlElement | null, name?: string): XmlElement[] {
    const found: XmlElement[] = [];
    for (const node of element?.children ?? []) {
        if (node.kind === 'element' && (name === undefined || node.name === name)) found.push(node);
    }
    return found;
}

/** The element that a chain of first children leads to, or null. */
export function descendantOf(element: XmlElement | null, ...names: readonly string[]): XmlElement | null {
    let current = element;
    for (const name of names) current = childOf(current, name);
    return current;
}

/** The text directly in an element, CDATA included; null without an element. */
export function textOf(element: XmlElement | null): string | null {
    if (element === null) return null;
    let text = '';
    for (const node of element.children) {
        if (node.kind === 'text') text += decodeReferences(node.raw);
        else if (node.kind === 'cdata') text += node.raw;
    }
    return text;
}

/** A name without its prefix. */
export function localName(name: string): string {
    return name.slice(name.indexOf(':') + 1);
}

/** The prefix of a name, or the empty string. */
export function prefixOf(name: string): string {
    return name.slice(0, Math.max(0, name.indexOf(':')));
}

/**
 * The namespace an element is in, or the empty string.
 * @param element the element
 * @param ancestors the elements around it, the innermost first
 */
export function namespaceOf(element: XmlElement, ancestors: readonly XmlElement[]): string {
    const prefix = prefixOf(element.name);
    const declaration = prefix === '' ? 'xmlns' : `xmlns:${prefix}`;
    for (const scope of [element, ...ancestors]) {
        const uri = attributeOf(scope, declaration);
        if (uri !== null) return uri;
    }
    return '';
}

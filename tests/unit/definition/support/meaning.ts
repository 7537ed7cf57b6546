// SPDX-License-Identifier: GPL-3.0-or-later
import {decodeAttribute, decodeReferences} from '../../../../shared/definition/xmlEntities.js';
import type {XmlDocument, XmlElement, XmlNode} from '../../../../shared/definition/xmlTree.js';

/**
 * What a document means, as nested arrays that can be compared: quotes, references, CDATA,
 * the order of attributes and the white space in tags make no difference; all else does.
 */
export function meaningOf(document: XmlDocument): unknown {
    // Around the root white space means nothing, and the declaration says only how it was stored.
    return document.children.filter(node => node.kind !== 'text' && !isDeclaration(node)).map(nodeMeaning);
}

function nodeMeaning(node: XmlNode): unknown {
    switch (node.kind) {
        case 'element':
            return ['element', node.name, attributeMeaning(node), childMeaning(node.children)];
        case 'comment':
        case 'instruction':
            return [node.kind, node.raw];
        default:
            return textMeaning(node);
    }
}

function attributeMeaning({attributes}: XmlElement): unknown {
    return attributes.map(({name, raw}) => `${name}=${decodeAttribute(raw)}`).sort();
}

function childMeaning(nodes: readonly XmlNode[]): unknown[] {
    const meaning: unknown[] = [];
    for (const node of nodes) {
        const last = meaning.at(-1);
        const next = nodeMeaning(node);
        if (next === '') continue;
        if (typeof last === 'string' && typeof next === 'string') meaning[meaning.length - 1] = last + next;
        else meaning.push(next);
    }
    return meaning;
}

function textMeaning(node: XmlNode): string {
    if (node.kind === 'cdata') return node.raw;
    return node.kind === 'text' ? decodeReferences(node.raw) : '';
}

function isDeclaration(node: XmlNode): boolean {
    return node.kind === 'instruction' && /^<\?xml\s/.test(node.raw);
}

/** A document whose tags have to be written anew, because how they were written is forgotten. */
export function withoutTags(document: XmlDocument): XmlDocument {
    const root = forgetTags(document.root);
    return {root, children: document.children.map(node => (node === document.root ? root : node))};
}

function forgetTags(element: XmlElement): XmlElement {
    const children = element.children.map(node => (node.kind === 'element' ? forgetTags(node) : node));
    return {...element, children, tags: null};
}

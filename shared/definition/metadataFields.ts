// SPDX-License-Identifier: GPL-3.0-or-later
import {changeAt, withChild} from './xmlEdit.js';
import {childrenOf, localName, makeElement, namespaceOf, prefixOf} from './xmlTree.js';
import type {XmlElement} from './xmlTree.js';

/** Why something in the metadata is not taken. */
export type FieldProblem =
    | 'malformed'
    | 'empty'
    | 'too-long'
    | 'control-character'
    | 'not-a-number'
    | 'out-of-range'
    | 'unknown-kind'
    | 'bad-host'
    | 'bad-app';

/** C0 and C1, line and paragraph separators, and the marks that turn the direction of what follows. */
export const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/**
 * The child of our element that is called that, in our namespace, or null.
 * @param ancestors the elements around ours, the innermost first
 */
export function findField(
    element: XmlElement,
    ancestors: readonly XmlElement[],
    name: string,
): XmlElement | null {
    const ours = namespaceOf(element, ancestors);
    const scope = [element, ...ancestors];
    const matches = (child: XmlElement) =>
        localName(child.name) === name && namespaceOf(child, scope) === ours;
    return childrenOf(element).find(matches) ?? null;
}

/**
 * Our element with another field; made when it is not there yet.
 * @param change returns what the field becomes; null, where there is no such field to be, takes it away
 */
export function withField(
    element: XmlElement,
    ancestors: readonly XmlElement[],
    name: string,
    change: ((field: XmlElement) => XmlElement) | null,
): XmlElement {
    const found = findField(element, ancestors, name);
    if (found !== null) {
        const step = {name: found.name, index: childrenOf(element, found.name).indexOf(found)};
        return changeAt(element, [step], field => (change === null ? null : change(field))) ?? element;
    }
    if (change === null) return element;
    const prefix = prefixOf(element.name);
    return withChild(element, change(makeElement(prefix === '' ? name : `${prefix}:${name}`)));
}

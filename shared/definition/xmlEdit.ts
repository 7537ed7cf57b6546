// SPDX-License-Identifier: GPL-3.0-or-later
import {DefinitionError} from './definitionError.js';
import {attributeOf, makeAttribute, makeElement, makeText} from './xmlTree.js';
import type {XmlElement, XmlNode} from './xmlTree.js';

/*
 * Edits on the tree. Each returns a new element that shares with the old one
 * everything that the edit did not name.
 */

/**
 * One step from an element to a child: its name, or its name with attribute
 * values that it must have, or with its place among those that match (from 0).
 */
export type PathStep =
    | string
    | {readonly name: string; readonly where?: Readonly<Record<string, string>>; readonly index?: number};

/** The way from an element to one below it; empty for the element itself. */
export type XmlPath = readonly PathStep[];

/** The element that a path leads to, or null. */
export function elementAt(element: XmlElement, path: XmlPath): XmlElement | null {
    let current: XmlElement | null = element;
    for (const step of path) {
        if (current === null) return null;
        const found: XmlNode | undefined = current.children[childIndex(current, step)];
        current = found?.kind === 'element' ? found : null;
    }
    return current;
}

/**
 * Replaces the element that a path leads to, or takes it out.
 * @param change gets the element and returns its successor, or null to remove it
 * @throws {DefinitionError} when the path leads nowhere
 */
export function changeAt(
    element: XmlElement,
    path: XmlPath,
    change: (found: XmlElement) => XmlElement | null,
): XmlElement | null {
    const [step, ...rest] = path;
    if (step === undefined) return change(element);
    const index = childIndex(element, step);
    const child = element.children[index];
    if (child?.kind !== 'element') throw new DefinitionError(`<${element.name}> has no ${describe(step)}`);
    const changed = changeAt(child, rest, change);
    if (changed === child) return element;
    return changed === null
        ? withoutChild(element, index)
        : withChildren(element, replaced(element.children, index, changed));
}

/** Sets an attribute, or takes it away with null. The other attributes stay as they are written. */
export function withAttribute(element: XmlElement, name: string, value: string | null): XmlElement {
    if (attributeOf(element, name) === value) return element;
    const index = element.attributes.findIndex(attribute => attribute.name === name);
    const attributes = [...element.attributes];
    if (value === null) attributes.splice(index, 1);
    else attributes.splice(index < 0 ? attributes.length : index, 1, makeAttribute(name, value));
    return {...element, attributes, tags: null};
}

/** Makes `text` the only content of an element. */
export function withText(element: XmlElement, text: string): XmlElement {
    return withChildren(element, makeText(text));
}

/**
 * Adds a child on a line of its own, as the others are indented.
 * @param after names of the children behind the last of which it goes; the end where there is none
 */
export function withChild(element: XmlElement, child: XmlElement, after: readonly string[] = []): XmlElement {
    const {children} = element;
    let index = children.length;
    while (index > 0 && !isNamed(children[index - 1], after)) index--;
    if (index === 0) index = children.length;
    const last = children[children.length - 1];
    // At the end, the indentation of the end tag stays behind the new child.
    if (index === children.length && isBlank(last)) index--;
    const indentation = children.find((node, at) => isBlank(node) && children[at + 1]?.kind === 'element');
    const added: readonly XmlNode[] = indentation === undefined ? [child] : [indentation, child];
    return withChildren(element, [...children.slice(0, index), ...added, ...children.slice(index)]);
}

/** Gives an element other children. */
export function withChildren(element: XmlElement, children: readonly XmlNode[]): XmlElement {
    const {tags, name} = element;
    if (tags === null || tags.close !== '' || children.length === 0) return {...element, children};
    // It was written as <a/> and is empty no longer.
    const open = tags.open.replace(/[ \t\n]*\/>$/, '>');
    return {...element, children, tags: {open, close: `</${name}>`}};
}

/**
 * Makes sure that a path of names exists.
 * @param after for each step that has to be made, as for {@link withChild}
 */
export function withPath(
    element: XmlElement,
    path: readonly string[],
    after: readonly string[] = [],
): XmlElement {
    const [name, ...rest] = path;
    if (name === undefined) return element;
    if (elementAt(element, [name]) !== null)
        return changeAt(element, [name], child => withPath(child, rest)) ?? element;
    return withChild(element, withPath(makeElement(name), rest), after);
}

function withoutChild(element: XmlElement, index: number): XmlElement {
    const {children} = element;
    // The child's own indentation goes with it.
    const from = isBlank(children[index - 1]) ? index - 1 : index;
    const left = [...children.slice(0, from), ...children.slice(index + 1)];
    return withChildren(element, left.every(node => isBlank(node)) ? [] : left);
}

function childIndex(element: XmlElement, step: PathStep): number {
    const {name, where = {}, index = 0} = typeof step === 'string' ? {name: step} : step;
    let left = index;
    return element.children.findIndex(
        node =>
            node.kind === 'element' &&
            node.name === name &&
            Object.entries(where).every(([key, value]) => attributeOf(node, key) === value) &&
            left-- === 0,
    );
}

function replaced(nodes: readonly XmlNode[], index: number, node: XmlNode): readonly XmlNode[] {
    return nodes.map((old, at) => (at === index ? node : old));
}

function isNamed(node: XmlNode | undefined, names: readonly string[]): boolean {
    return node?.kind === 'element' && names.includes(node.name);
}

function isBlank(node: XmlNode | undefined): boolean {
    return node?.kind === 'text' && /^[ \t\n]*$/.test(node.raw);
}

function describe(step: PathStep): string {
    if (typeof step === 'string') return `<${step}>`;
    const conditions = Object.entries(step.where ?? {}).map(([key, value]) => ` ${key}='${value}'`);
    const place = step.index === undefined ? '' : ` at place ${step.index}`;
    return `<${step.name}${conditions.join('')}>${place}`;
}

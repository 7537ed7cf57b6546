// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from './definition.js';
import {withChild, withChildren} from './xmlEdit.js';
import {childOf, descendantOf, makeElement, type XmlElement} from './xmlTree.js';

/**
 * What keeps NVIDIA's Windows drivers before 465 from refusing a card in a virtual machine (“Code 43”). Later ones
 * need none of it, and hiding KVM costs a guest speed, so that it is an option and never done unasked.
 */
export const REMEDIES = ['kvm-hidden', 'vendor-id', 'ioapic'] as const;
export type Remedy43 = (typeof REMEDIES)[number];

/** Any name but “KVMKVMKVM” does, up to twelve letters. */
const VENDOR_ID = 'handover';

const PATHS: Readonly<Record<Remedy43, readonly [string, ...string[]]>> = {
    'kvm-hidden': ['kvm', 'hidden'],
    'vendor-id': ['hyperv', 'vendor_id'],
    ioapic: ['ioapic'],
};

const ATTRIBUTES: Readonly<Record<Remedy43, Readonly<Record<string, string>>>> = {
    'kvm-hidden': {state: 'on'},
    'vendor-id': {state: 'on', value: VENDOR_ID},
    ioapic: {driver: 'kvm'},
};

/** What stands before `<features>` in the XML that libvirt writes, as far as it matters. */
const BEFORE_FEATURES = ['os', 'bootloader', 'vcpu', 'memory', 'currentMemory', 'metadata', 'name', 'uuid'];

/** Whether a definition says anything on what a remedy is about; what it says is left alone then. */
export function hasRemedy(definition: Definition, remedy: Remedy43): boolean {
    return descendantOf(childOf(definition.root, 'features'), ...PATHS[remedy]) !== null;
}

/** Adds those remedies that are not there. @returns the new definition, and what was added */
export function withRemedies(
    definition: Definition,
    wanted: readonly Remedy43[],
): {definition: Definition; added: Remedy43[]} {
    const added = wanted.filter(remedy => !hasRemedy(definition, remedy));
    return {definition: added.reduce(withRemedy, definition), added};
}

/** Takes remedies out, with what holds nothing any more then. */
export function withoutRemedies(definition: Definition, remedies: readonly Remedy43[]): Definition {
    return remedies.reduce((before, remedy) => {
        if (!hasRemedy(before, remedy)) return before;
        return before.withElement(['features'], features => withoutPath(features, PATHS[remedy]));
    }, definition);
}

function withRemedy(definition: Definition, remedy: Remedy43): Definition {
    const whole = definition.withPath(['features'], BEFORE_FEATURES);
    return whole.withElement(['features'], features => withLeaf(features, PATHS[remedy], ATTRIBUTES[remedy]));
}

function withLeaf(
    element: XmlElement,
    [name, ...rest]: readonly [string, ...string[]],
    attributes: Readonly<Record<string, string>>,
): XmlElement {
    const [next, ...others] = rest;
    if (next === undefined) return withChild(element, makeElement(name, attributes));
    const found = childOf(element, name);
    if (!found) return withChild(element, withLeaf(makeElement(name), [next, ...others], attributes));
    const changed = withLeaf(found, [next, ...others], attributes);
    return withChildren(
        element,
        element.children.map(node => (node === found ? changed : node)),
    );
}

/** @returns null when nothing is left */
function withoutPath(
    element: XmlElement,
    [name, ...rest]: readonly [string, ...string[]],
): XmlElement | null {
    const found = childOf(element, name);
    if (!found) return element;
    const [next, ...others] = rest;
    const changed = next === undefined ? null : withoutPath(found, [next, ...others]);
    const at = element.children.indexOf(found);
    const before = element.children[at - 1];
    const from = changed === null && before?.kind === 'text' && before.raw.trim() === '' ? at - 1 : at;
    const children = [
        ...element.children.slice(0, from),
        ...(changed ? [changed] : []),
        ...element.children.slice(at + 1),
    ];
    const empty = children.every(node => node.kind === 'text' && node.raw.trim() === '');
    return empty ? null : withChildren(element, children);
}

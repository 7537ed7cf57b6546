// SPDX-License-Identifier: GPL-3.0-or-later
// What an edit has changed of a definition, kept apart from the rest: so that it can be undone when other things have
// changed since, and nothing secret has to be remembered for it.
import type {Definition} from '../../definition/definition.js';
import {DefinitionError} from '../../definition/definitionError.js';
import {withChildren} from '../../definition/xmlEdit.js';
import {parseXml} from '../../definition/xmlParser.js';
import {childrenOf, serializeElement, type XmlElement, type XmlNode} from '../../definition/xmlTree.js';
import {PartChangedError} from './partChangedError.js';

/** Elements of one name in one place, as they were and as they became. */
export interface ChangedPart {
    readonly place: Place;
    readonly before: readonly string[];
    readonly after: readonly string[];
}

/** The places that an edit, or libvirt for its sake, may change. Nowhere here does a definition hold a password. */
const PLACES = [
    'features',
    'clock',
    'memoryBacking',
    'devices/channel',
    'devices/controller',
    'devices/filesystem',
    'devices/memballoon',
] as const;

type Place = (typeof PLACES)[number];

/** What is another in one definition than in the other. */
export function changedParts(before: Definition, after: Definition): ChangedPart[] {
    return PLACES.map(place => ({
        place,
        before: textsAt(before, place),
        after: textsAt(after, place),
    })).filter(part => !isSame(part.before, part.after));
}

/**
 * A definition with these parts as they were before, and everything else as it is.
 *
 * @throws PartChangedError when one of them is not as the edit left it
 */
export function withPartsBack(now: Definition, parts: readonly ChangedPart[]): Definition {
    for (const {place, after} of parts)
        if (!isSame(textsAt(now, place), after)) throw new PartChangedError(now.name, place);
    return parts.reduce((definition, {place, before}) => {
        const {path, name} = stepsTo(place);
        return definition.withElement(path, parent => withAll(parent, name, before));
    }, now);
}

/** Parts as they were written down. @returns null when that is not what it is */
export function readParts(value: unknown): ChangedPart[] | null {
    if (!Array.isArray(value)) return null;
    const isTexts = (texts: unknown): texts is string[] =>
        Array.isArray(texts) && texts.every(text => typeof text === 'string');
    const parts = value.flatMap((one: unknown) => {
        const {place, before, after} = (one ?? {}) as Partial<Record<keyof ChangedPart, unknown>>;
        const known = PLACES.find(name => name === place);
        return known !== undefined && isTexts(before) && isTexts(after) && before.every(isPartOf(known))
            ? [{place: known, before, after}]
            : [];
    });
    return parts.length === value.length ? parts : null;
}

/** Whether a text is one element of the name that belongs in a place: what is put back is that, and nothing else. */
function isPartOf(place: Place): (text: string) => boolean {
    return text => {
        try {
            return parseXml(text).root.name === stepsTo(place).name;
        } catch (error) {
            if (error instanceof DefinitionError) return false;
            throw error;
        }
    };
}

function stepsTo(place: Place): {path: string[]; name: string} {
    const steps = place.split('/');
    return {path: steps.slice(0, -1), name: steps.at(-1) ?? ''};
}

function textsAt({root}: Definition, place: Place): string[] {
    const {path, name} = stepsTo(place);
    const parents = path.reduce<XmlElement[]>(
        (found, step) => found.flatMap(one => childrenOf(one, step)),
        [root],
    );
    return parents.flatMap(parent => childrenOf(parent, name)).map(serializeElement);
}

/** Puts these in the place of all elements of that name; libvirt gives all of them an order of its own. */
function withAll(parent: XmlElement, name: string, texts: readonly string[]): XmlElement {
    const wanted = childrenOf(parseXml(`<parts>${texts.join('')}</parts>`).root);
    const isOld = (node: XmlNode): boolean => node.kind === 'element' && node.name === name;
    const first = parent.children.findIndex(isOld);
    const others = (nodes: readonly XmlNode[]): XmlNode[] => nodes.filter(node => !isOld(node));
    const split = first < 0 ? parent.children.length : first;
    return withChildren(parent, [
        ...parent.children.slice(0, split),
        ...wanted,
        ...others(parent.children.slice(split)),
    ]);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
    return one.length === other.length && one.every((text, index) => text === other[index]);
}

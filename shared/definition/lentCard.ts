// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from './definition.js';
import {REMEDIES, type Remedy43} from './error43.js';
import {findMetadataElement, makeMetadataElement} from './metadata.js';
import {wholeNumber} from './scalars.js';
import {withChild, withChildren} from './xmlEdit.js';
import {
    attributeOf,
    childOf,
    childrenOf,
    localName,
    makeElement,
    prefixOf,
    type XmlElement,
    type XmlNode,
} from './xmlTree.js';

/*
 * What the set-up has added to a machine for a card, in Handover's own metadata element, so that exactly that can be
 * taken out again, by whichever Handover:
 *
 *     <lentCard identity='10de:1e84:1043:8728' address='0000:01:00.0' devices='0000:01:00.0 0000:01:00.1'
 *         port='7' remedies='kvm-hidden' multifunction='0000:01:00.0'/>
 */

/** What of a definition is there because a card was set up. */
export interface LentCard {
    readonly identity: string;
    /** Where the card was then. */
    readonly address: string;
    /** Functions whose `<hostdev>` was added. */
    readonly devices: readonly string[];
    /** The root port that was added; null when none was. */
    readonly port: number | null;
    readonly remedies: readonly Remedy43[];
    /** A `<hostdev>` that was there and has been told that its slot has other functions. */
    readonly multifunction: string | null;
}

const ELEMENT = 'lentCard';
const BEFORE_METADATA = ['name', 'uuid', 'genid', 'title', 'description'];

/** What was added for cards; what cannot be read is left out. */
export function lentCards(definition: Definition): LentCard[] {
    return marksIn(ownElement(definition)).flatMap(mark => {
        const identity = attributeOf(mark, 'identity');
        const address = attributeOf(mark, 'address');
        if (identity === null || address === null) return [];
        return [
            {
                identity,
                address,
                devices: words(mark, 'devices'),
                port: wholeNumber(attributeOf(mark, 'port')),
                remedies: REMEDIES.filter(remedy => words(mark, 'remedies').includes(remedy)),
                multifunction: attributeOf(mark, 'multifunction'),
            },
        ];
    });
}

/** Notes what was added for a card, in place of what was noted for it before. */
export function withLentCard(definition: Definition, card: LentCard): Definition {
    const clean = withoutLentCard(definition, card.identity, card.address);
    const mark = (own: XmlElement): XmlElement => {
        const prefix = prefixOf(own.name);
        return makeElement(prefix === '' ? ELEMENT : `${prefix}:${ELEMENT}`, {
            identity: card.identity,
            address: card.address,
            devices: card.devices.join(' '),
            ...(card.port === null ? {} : {port: String(card.port)}),
            ...(card.remedies.length === 0 ? {} : {remedies: card.remedies.join(' ')}),
            ...(card.multifunction === null ? {} : {multifunction: card.multifunction}),
        });
    };
    const whole = clean.withPath(['metadata'], BEFORE_METADATA);
    return whole.withElement(['metadata'], around => {
        const own = findMetadataElement(around, whole.root);
        if (!own) {
            const made = makeMetadataElement();
            return withChild(around, withChild(made, mark(made)));
        }
        return withReplaced(around, own, withChild(own, mark(own)));
    });
}

/** Forgets what was added for a card, with what holds nothing any more then. */
export function withoutLentCard(definition: Definition, identity: string, address: string): Definition {
    const own = ownElement(definition);
    const mark = marksIn(own).find(
        one => attributeOf(one, 'identity') === identity && attributeOf(one, 'address') === address,
    );
    if (!own || !mark) return definition;
    return definition.withElement(['metadata'], around => {
        const rest = withReplaced(own, mark, null);
        const left = withReplaced(around, own, isEmpty(rest) ? null : rest);
        return isEmpty(left) ? null : left;
    });
}

function ownElement(definition: Definition): XmlElement | null {
    return findMetadataElement(childOf(definition.root, 'metadata'), definition.root);
}

function marksIn(own: XmlElement | null): XmlElement[] {
    return childrenOf(own).filter(({name}) => localName(name) === ELEMENT);
}

function words(element: XmlElement, name: string): string[] {
    return (attributeOf(element, name) ?? '').split(/\s+/).filter(word => word !== '');
}

function withReplaced(element: XmlElement, child: XmlElement, successor: XmlElement | null): XmlElement {
    const at = element.children.indexOf(child);
    // The child's own indentation goes with it.
    const from = successor === null && isBlank(element.children[at - 1]) ? at - 1 : at;
    return withChildren(element, [
        ...element.children.slice(0, from),
        ...(successor ? [successor] : []),
        ...element.children.slice(at + 1),
    ]);
}

function isEmpty({children}: XmlElement): boolean {
    return children.every(isBlank);
}

function isBlank(node: XmlNode | undefined): boolean {
    return node?.kind === 'text' && node.raw.trim() === '';
}

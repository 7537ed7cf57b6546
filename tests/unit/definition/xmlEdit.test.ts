// SPDX-License-Identifier: GPL-3.0-or-later
import {DefinitionError} from '../../../shared/definition/definitionError.js';
import {
    changeAt,
    elementAt,
    withAttribute,
    withChild,
    withPath,
    withText,
} from '../../../shared/definition/xmlEdit.js';
import {parseXml} from '../../../shared/definition/xmlParser.js';
import {attributeOf, makeElement, serializeElement, textOf} from '../../../shared/definition/xmlTree.js';
import type {XmlElement} from '../../../shared/definition/xmlTree.js';
import {canonical} from './support/canonical.js';
import {Random} from './support/randomXml.js';

function element(xml: string): XmlElement {
    return parseXml(xml).root;
}

function written(xml: XmlElement | null): string {
    return xml === null ? '(removed)' : serializeElement(xml);
}

describe('Editing XML', () => {
    const lines = `<a>\n  <b  x="1"   y='2' />\n  <!-- c --><b x='3'>t</b>\n</a>`;

    it('finds by name, by attributes and by place', () => {
        const root = element(lines);
        expect(attributeOf(elementAt(root, ['b']), 'x')).toBe('1');
        expect(attributeOf(elementAt(root, [{name: 'b', index: 1}]), 'x')).toBe('3');
        expect(attributeOf(elementAt(root, [{name: 'b', where: {x: '3'}}]), 'x')).toBe('3');
        expect(elementAt(root, [{name: 'b', where: {x: '3'}, index: 1}])).toBeNull();
        expect(elementAt(root, ['b', 'c'])).toBeNull();
        expect(elementAt(root, [])).toBe(root);
    });

    it('sets an attribute and leaves everything else as it is written', () => {
        const edited = changeAt(element(lines), ['b'], b => withAttribute(b, 'y', `'"<&>\n`));
        expect(written(edited)).toBe(
            lines.replace(`<b  x="1"   y='2' />`, `<b x="1" y='&apos;&quot;&lt;&amp;&gt;&#10;'/>`),
        );
    });

    it('adds and takes away an attribute', () => {
        const root = element("<a b='1' c='2'>t</a>");
        expect(written(withAttribute(root, 'd', ''))).toBe("<a b='1' c='2' d=''>t</a>");
        expect(written(withAttribute(root, 'b', null))).toBe("<a c='2'>t</a>");
        expect(withAttribute(root, 'e', null)).toBe(root);
        expect(withAttribute(root, 'c', '2')).toBe(root);
    });

    it('leaves the tree it was given alone', () => {
        const root = element(lines);
        changeAt(root, ['b'], b => withText(b, 'new'));
        expect(written(root)).toBe(lines);
    });

    it('shares what it does not touch', () => {
        const root = element('<a><b/><c><d/></c></a>');
        const edited = changeAt(root, ['b'], b => withAttribute(b, 'x', '1'));
        expect(edited?.children[1]).toBe(root.children[1]);
        expect(changeAt(root, ['c', 'd'], d => d)).toBe(root);
    });

    it('opens an element that was empty, and closes one that becomes so', () => {
        expect(written(withText(element("<a  b='1' />"), 'x'))).toBe("<a  b='1'>x</a>");
        expect(written(withText(element('<a>x</a>'), ''))).toBe('<a></a>');
        expect(written(withText(makeElement('a'), ''))).toBe('<a/>');
    });

    it('escapes text', () => {
        const edited = withText(element('<a/>'), `<&>"' ]]> \r\n\u00a0😀`);
        expect(written(edited)).toBe(`<a>&lt;&amp;&gt;"' ]]&gt; &#13;\n\u00a0😀</a>`);
        expect(textOf(element(written(edited)))).toBe(`<&>"' ]]> \r\n\u00a0😀`);
    });

    it('refuses what XML cannot hold', () => {
        for (const text of ['\u0000', 'a\u0008', '\uffff', '\ud800', 'x\udc00y']) {
            expect(() => withText(element('<a/>'), text)).toThrowError(DefinitionError);
            expect(() => withAttribute(element('<a/>'), 'b', text)).toThrowError(DefinitionError);
        }
    });

    it('adds a child on a line of its own', () => {
        const child = makeElement('new');
        expect(written(withChild(element('<a>\n  <b/>\n  <c/>\n</a>'), child))).toBe(
            '<a>\n  <b/>\n  <c/>\n  <new/>\n</a>',
        );
        expect(written(withChild(element('<a>\n  <b/>\n  <c/>\n</a>'), child, ['b']))).toBe(
            '<a>\n  <b/>\n  <new/>\n  <c/>\n</a>',
        );
        expect(written(withChild(element('<a><b/><c/></a>'), child, ['b']))).toBe('<a><b/><new/><c/></a>');
        expect(written(withChild(element('<a/>'), child))).toBe('<a><new/></a>');
        expect(written(withChild(element('<a>\n\t<b/>\n</a>'), child, ['nowhere']))).toBe(
            '<a>\n\t<b/>\n\t<new/>\n</a>',
        );
    });

    it('removes a child with its line', () => {
        expect(written(changeAt(element('<a>\n  <b/>\n  <c/>\n</a>'), ['b'], () => null))).toBe(
            '<a>\n  <c/>\n</a>',
        );
        expect(written(changeAt(element('<a>\n  <b/>\n</a>'), ['b'], () => null))).toBe('<a></a>');
        expect(written(changeAt(element('<a>x<b/>y</a>'), ['b'], () => null))).toBe('<a>xy</a>');
        expect(written(changeAt(element('<a/>'), [], () => null))).toBe('(removed)');
    });

    it('says what a path did not find', () => {
        expect(() =>
            changeAt(element('<a><b/></a>'), ['b', {name: 'c', where: {d: '1'}}], c => c),
        ).toThrowError(DefinitionError, "<b> has no <c d='1'>");
    });

    it('makes a path that is not there, and only then', () => {
        const root = element('<a>\n  <b/>\n</a>');
        expect(written(withPath(root, ['b', 'c', 'd']))).toBe('<a>\n  <b><c><d/></c></b>\n</a>');
        expect(withPath(root, ['b'])).toBe(root);
    });

    it('writes any text so that libxml2 reads it back', async () => {
        const random = new Random(7);
        const pieces = [
            '<',
            '>',
            '&',
            '"',
            "'",
            '\n',
            '\t',
            '\r',
            ' ',
            ']]>',
            '&amp;',
            '&#10;',
            '<!--',
            'é',
            '😀',
            '\u0085',
            '\u2028',
        ];
        for (let count = 0; count < 60; count++) {
            let text = '';
            for (let length = random.below(12); length > 0; length--) text += random.pick(pieces);
            const edited = written(withAttribute(withText(element('<a/>'), text), 'b', text));
            expect(textOf(element(edited))).toBe(text);
            expect(attributeOf(element(edited), 'b')).toBe(text);
            expect(await canonical(edited))
                .withContext(edited)
                .toBe(`<a b="${canonicalValue(text)}">${canonicalText(text)}</a>`);
        }
    });
});

/** Text as Canonical XML 1.0 (2.3) writes it. */
function canonicalText(text: string): string {
    return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#xD;');
}

/** An attribute's value as Canonical XML 1.0 writes it. */
function canonicalValue(text: string): string {
    return text
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/"/g, '&quot;')
        .replace(/\t/g, '&#x9;')
        .replace(/\n/g, '&#xA;')
        .replace(/\r/g, '&#xD;');
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {DefinitionError} from '../../../shared/definition/definitionError.js';
import {parseXml} from '../../../shared/definition/xmlParser.js';
import {attributeOf, childOf, serializeDocument, textOf} from '../../../shared/definition/xmlTree.js';
import {isWellFormed} from './support/canonical.js';

/** What is wrong with each, and the document. */
const MALFORMED: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['blank', ' \n'],
    ['text alone', 'domain'],
    ['never closed', '<a>'],
    ['closed by another', '<a></b>'],
    ['closed by a longer name', '<a></ab>'],
    ['crossed', '<a><b></a></b>'],
    ['closed twice', '<a></a></a>'],
    ['end tag first', '</a><a/>'],
    ['end tag that closes itself', '<a></a/></a>'],
    ['half an end tag', '<a></</a>'],
    ['half an end tag further down', '<a>\n<b/></ <c></a>'],
    ['end tag with an attribute', "<a></a b='1'>"],
    ['two roots', '<a/><b/>'],
    ['text before', 'x<a/>'],
    ['text after', '<a/>x'],
    ['CDATA before', '<![CDATA[x]]><a/>'],
    ['reference after', '<a/>&amp;'],
    ['value without quotes', '<a b=1/>'],
    ['attribute without value', '<a b/>'],
    ['attribute twice', "<a b='1' b='2'/>"],
    ['attribute __proto__ twice', "<a __proto__='1' __proto__='2'/>"],
    ['no space between attributes', "<a b='1'c='2'/>"],
    ['less-than in a value', "<a b='<'/>"],
    ['open value', "<a b='1/>"],
    ['open tag', "<a b='1'"],
    ['no-break space between attributes', "<a\u00a0b='1'/>"],
    ['unknown entity', '<a>&nbsp;</a>'],
    ['unknown entity in a value', "<a b='&nbsp;'/>"],
    ['bare ampersand', '<a>a & b</a>'],
    ['bare ampersand in a value', "<a b='a&b'/>"],
    ['reference to NUL', '<a>&#0;</a>'],
    ['reference to a control character', '<a>&#x1;</a>'],
    ['reference to a surrogate', '<a>&#xD800;</a>'],
    ['reference past Unicode', '<a>&#x110000;</a>'],
    ['reference without number', '<a>&#;</a>'],
    ['reference with a capital X', '<a>&#X20;</a>'],
    ['end of CDATA in text', '<a>]]></a>'],
    ['two dashes in a comment', '<a><!-- a -- b --></a>'],
    ['three dashes at the end', '<a><!-- a ---></a>'],
    ['open comment', '<a><!-- </a>'],
    ['open CDATA', '<a><![CDATA[</a>'],
    ['open instruction', '<a><?x </a>'],
    ['instruction without name', '<a><? x?></a>'],
    ['instruction called XML', '<a><?XML x?></a>'],
    ['declaration after a blank', ' <?xml version="1.0"?><a/>'],
    ['declaration without version', '<?xml encoding="UTF-8"?><a/>'],
    ['name that starts with a digit', '<1/>'],
    ['space before the name', '< a/>'],
    ['space in the end of a tag', '<a / >'],
    ['markup nobody knows', '<a><!foo></a>'],
    ['control character', '<a>\u0001</a>'],
    ['control character in a comment', '<a><!--\u0001--></a>'],
    ['not a character', '<a>\uffff</a>'],
    ['258 elements deep', '<a>'.repeat(258) + '</a>'.repeat(258)],
];

describe('Parsing XML', () => {
    for (const [what, xml] of MALFORMED) {
        it(`refuses: ${what}`, async () => {
            expect(() => parseXml(xml)).toThrowError(DefinitionError);
            expect(await isWellFormed(xml))
                .withContext('libxml2 agrees')
                .toBeFalse();
        });
    }

    it('refuses a document type, and with it every entity bomb', () => {
        const bomb = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(100)}"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>`;
        expect(() => parseXml(bomb)).toThrowError(DefinitionError, /document type/);
    });

    it('refuses half a character', () => {
        expect(() => parseXml('<a>\ud83d</a>')).toThrowError(DefinitionError);
        expect(() => parseXml('<a>\ude00</a>')).toThrowError(DefinitionError);
    });

    it('says in which line the mistake is', () => {
        const lineOf = (xml: string) => {
            try {
                parseXml(xml);
            } catch (error) {
                return error instanceof DefinitionError ? error.line : undefined;
            }
            return undefined;
        };
        expect(lineOf("<a>\n<?p\n?>\n  <b c='1'\n c='2'/></a>")).toBe(4);
        expect(lineOf('<a>\n\n<b>&foo;</b></a>')).toBe(3);
        expect(lineOf('<a>\n<!-- -- --></a>')).toBe(2);
        expect(lineOf('<a>\n<b>\n</c></a>')).toBe(2);
        expect(lineOf('<a>\n\n\u0007</a>')).toBe(3);
        expect(lineOf('<a>\n</</a>')).toBe(2);
    });

    it('takes 257 elements deep, as libxml2 does', async () => {
        const xml = '<a>'.repeat(257) + '</a>'.repeat(257);
        expect(serializeDocument(parseXml(xml))).toBe(xml);
        expect(await isWellFormed(xml)).toBeTrue();
    });

    it('keeps names that JavaScript has a meaning for', () => {
        const xml =
            "<a><constructor __proto__='1' constructor='2' toString='3'><__proto__>p</__proto__></constructor>" +
            '<hasOwnProperty/><prototype>q</prototype></a>';
        const {root} = parseXml(xml);
        const constructor = childOf(root, 'constructor');
        expect(attributeOf(constructor, '__proto__')).toBe('1');
        expect(attributeOf(constructor, 'constructor')).toBe('2');
        expect(attributeOf(constructor, 'toString')).toBe('3');
        expect(attributeOf(constructor, 'valueOf')).toBeNull();
        expect(textOf(childOf(constructor, '__proto__'))).toBe('p');
        expect(textOf(childOf(root, 'prototype'))).toBe('q');
        expect(childOf(root, 'hasOwnProperty')?.attributes).toEqual([]);
    });

    it('keeps a processing instruction whole', () => {
        const {root, children} = parseXml('<?one it\'s <a> "b?><a><?two?></a><?three x="1"\n?>');
        expect(children.map(node => node.kind)).toEqual(['instruction', 'element', 'instruction']);
        expect(children[0]).toEqual({kind: 'instruction', raw: '<?one it\'s <a> "b?>'});
        expect(root.children).toEqual([{kind: 'instruction', raw: '<?two?>'}]);
    });

    it('reads text, CDATA and references together', () => {
        const {root} = parseXml('<a> &lt;<![CDATA[&lt;]]><!-- no -->&#x1F600;<b>no</b>\n</a>');
        expect(textOf(root)).toBe(' <&lt;😀\n');
    });

    it('reads values with either quote in the other, and white space as XML has it', () => {
        const {root} = parseXml(`<a b='"x"' c="it's" d='&quot;&apos;' e='1\t2\n3' f='1&#9;2&#10;3' g=''/>`);
        const values = root.attributes.map(({name}) => attributeOf(root, name));
        expect(values).toEqual(['"x"', "it's", '"\'', '1 2 3', '1\t2\n3', '']);
    });

    it('does not decode twice', () => {
        const {root} = parseXml("<a b='&amp;lt;&#38;gt;'>&amp;lt;&#38;amp;</a>");
        expect(attributeOf(root, 'b')).toBe('&lt;&gt;');
        expect(textOf(root)).toBe('&lt;&amp;');
    });

    it('makes line ends into line feeds and drops a byte order mark', () => {
        const document = parseXml("\ufeff<?xml version='1.0'?>\r\n<a b='1\r\n2'>x\r\ny\rz&#13;</a>\r\n");
        expect(serializeDocument(document)).toBe("<?xml version='1.0'?>\n<a b='1\n2'>x\ny\nz&#13;</a>\n");
        expect(textOf(document.root)).toBe('x\ny\nz\r');
        expect(attributeOf(document.root, 'b')).toBe('1 2');
    });
});

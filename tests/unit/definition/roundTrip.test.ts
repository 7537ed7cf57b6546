// SPDX-License-Identifier: GPL-3.0-or-later
import {Definition} from '../../../shared/definition/definition.js';
import {DefinitionError} from '../../../shared/definition/definitionError.js';
import {parseXml} from '../../../shared/definition/xmlParser.js';
import {serializeDocument} from '../../../shared/definition/xmlTree.js';
import {runProgram} from '../../harness/program.js';
import {canonical, isWellFormed} from './support/canonical.js';
import {DOMAINS, domainNames, domainXml} from './support/domainFiles.js';
import {meaningOf, withoutTags} from './support/meaning.js';
import {damaged, Random, randomDocument} from './support/randomXml.js';

/** libvirt reads these, but its schema does not have what is in them. */
const BEYOND_SCHEMA = new Set(['filesystem-volume']);

/** Writes every tag anew and has libxml2 judge whether the document is still the same. */
async function expectSameWhenRebuilt(xml: string): Promise<void> {
    const document = parseXml(xml);
    const rebuilt = serializeDocument(withoutTags(document));
    expect(meaningOf(parseXml(rebuilt)))
        .withContext(rebuilt)
        .toEqual(meaningOf(document));
    expect(await canonical(rebuilt))
        .withContext(rebuilt)
        .toBe(await canonical(xml));
}

describe('Domain XML', () => {
    const names = domainNames();

    it('has many kinds of machines to be tried on', () => {
        expect(names.length).toBeGreaterThanOrEqual(60);
    });

    for (const name of names) {
        it(`comes back as it was: ${name}`, async () => {
            const xml = domainXml(name);
            expect(Definition.parse(xml).toXml()).toBe(xml);
            await expectSameWhenRebuilt(xml);
        });

        it(`is what libvirt's schema takes: ${name}`, async () => {
            const {code, err} = await runProgram(['virt-xml-validate', `${DOMAINS}/${name}.xml`, 'domain']);
            expect(code === 0)
                .withContext(err)
                .toBe(!BEYOND_SCHEMA.has(name));
        });
    }

    it('comes back from any line ends with the same meaning', async () => {
        for (const name of ['comments-everywhere', 'cdata', 'weird-whitespace', 'entities']) {
            const xml = domainXml(name).replace(/\n/g, '\r\n');
            const written = Definition.parse(xml).toXml();
            expect(await canonical(written))
                .withContext(name)
                .toBe(await canonical(xml));
        }
    });
});

describe('Random XML', () => {
    it('comes back as it was', () => {
        const random = new Random(20261120);
        for (let count = 0; count < 2000; count++) {
            const xml = randomDocument(random);
            expect(serializeDocument(parseXml(xml))).toBe(xml);
        }
    });

    it('means the same to libxml2 when every tag is written anew', async () => {
        const random = new Random(48);
        for (let count = 0; count < 150; count++) await expectSameWhenRebuilt(randomDocument(random));
    }, 60_000);

    it('is refused exactly when libxml2 refuses it, once damaged', async () => {
        const random = new Random(51);
        let refused = 0;
        for (let count = 0; count < 400; count++) {
            const xml = damaged(random, randomDocument(random).replace(/^<\?xml[^>]*>/, ''));
            let taken = true;
            try {
                expect(serializeDocument(parseXml(xml))).toBe(xml);
            } catch (error) {
                expect(error).withContext(xml).toBeInstanceOf(DefinitionError);
                taken = false;
                refused++;
            }
            expect(taken)
                .withContext(xml)
                .toBe(await isWellFormed(xml));
        }
        // Neither a test of the lucky ones alone, nor of the broken ones alone.
        expect(refused).toBeGreaterThan(100);
        expect(refused).toBeLessThan(390);
    }, 60_000);
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {NO_METADATA} from '../../../shared/definition/metadata.js';
import {Definition} from '../../../shared/definition/definition.js';
import {readMachineMetadata, writeMachineMetadata} from '../../../shared/definition/metadata.js';
import {METADATA_NAMESPACE, METADATA_PREFIX} from '../../../shared/names.js';
import {VirshClient} from '../../harness/virshClient.js';
import {domainNames, domainXml} from './support/domainFiles.js';

/*
 * libvirt's test driver lives inside each virsh: what is to be seen together is done in one.
 */
describe('libvirt itself', () => {
    const virsh = new VirshClient('test:///default');
    /** Runs several verbs in one virsh; every word has to be free of double quotes. */
    const together = (...verbs: string[]) => virsh.run([verbs.join('; ')]);

    it('gives our metadata back as it was, and shows it in our namespace', async () => {
        const metadata = {...NO_METADATA, shortName: "<Büro> & 'Co' 🎮", shutdownDeadlineSeconds: 90};
        const later = "<machine since='2'><fleet order='3'/><!-- later --></machine>";
        const text = writeMachineMetadata(metadata, later).replace(/"/g, "'");
        const set = `metadata test ${METADATA_NAMESPACE} --key ${METADATA_PREFIX} --set "${text}"`;
        const given = await together(set, `metadata test ${METADATA_NAMESPACE}`);
        const element = given.slice(given.indexOf('<machine'));
        expect(readMachineMetadata(element)).toEqual({metadata, problems: []});
        expect(element).toContain('<fleet order="3"/>');
        expect(element).toContain('<!-- later -->');
        const shown = await together(set, 'dumpxml test');
        expect(Definition.parse(shown.slice(shown.indexOf('<domain'))).metadata).toEqual({
            metadata,
            problems: [],
        });
    });

    it('takes the XML that we have changed, and reads in it what we wrote', async () => {
        const title = `<b>"T"</b> & 'more' 🎮`;
        const changed = Definition.parse(domainXml('test-driver'))
            .withAttribute([], 'id', null)
            .withText(['name'], 'changed')
            .withText(['uuid'], '0b6b0cb4-5ab8-4c65-9f1c-9e0e6f7ad2a1')
            .withTitle(title)
            .withDescription('two\nlines\tand ]]> more')
            .withMetadata({...NO_METADATA, shortName: 'C', shutdownDeadlineSeconds: 5})
            .toXml();
        const shown = await virsh.run(['define /dev/stdin; dumpxml changed'], {input: changed});
        const definition = Definition.parse(shown.slice(shown.indexOf('<domain')));
        expect(definition.name).toBe('changed');
        expect(definition.title).toBe(title);
        expect(definition.description).toBe('two\nlines\tand ]]> more');
        expect(definition.metadata.metadata).toEqual({
            ...NO_METADATA,
            shortName: 'C',
            shutdownDeadlineSeconds: 5,
        });
    });

    it('reads the same memory and processors out of the same XML', async () => {
        let compared = 0;
        for (const name of domainNames().filter(file =>
            /^(memory|cpu|vcpus|numa|one-line|minimal)/.test(file),
        )) {
            const ours = Definition.parse(domainXml(name))
                .withAttribute([], 'type', 'test')
                .withAttribute([], 'id', null);
            const {code, out} = await virsh.try([`define /dev/stdin; dumpxml ${ours.name}`], {
                input: ours.toXml(),
            });
            // The test driver does not have every device; what it refuses is nothing to compare with.
            if (code !== 0) continue;
            const theirs = Definition.parse(out.slice(out.indexOf('<domain')));
            expect(ours.vcpus).withContext(name).toEqual(theirs.vcpus);
            expect(ours.memory).withContext(name).toEqual(theirs.memory);
            compared++;
        }
        expect(compared).toBeGreaterThan(4);
    });
});

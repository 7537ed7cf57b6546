// SPDX-License-Identifier: GPL-3.0-or-later
import {Definition} from '../../../shared/definition/definition.js';
import {DefinitionError} from '../../../shared/definition/definitionError.js';
import {NO_METADATA, readMachineMetadata, writeMachineMetadata} from '../../../shared/definition/metadata.js';
import type {MachineMetadata, MetadataProblem} from '../../../shared/definition/metadata.js';
import {METADATA_NAMESPACE} from '../../../shared/names.js';
import {canonical} from './support/canonical.js';
import {domainXml} from './support/domainFiles.js';

const machine = (inside: string) => `<machine>${inside}</machine>`;

describe('Metadata as GetMetadata gives it', () => {
    it('reads what was written', () => {
        const metadata = {...NO_METADATA, shortName: '<Games> & "Co" 🎮', shutdownDeadlineSeconds: 90};
        const text = writeMachineMetadata(metadata);
        expect(text).toBe(
            '<machine><shortName>&lt;Games&gt; &amp; "Co" 🎮</shortName><shutdownDeadline>90</shutdownDeadline></machine>',
        );
        expect(readMachineMetadata(text)).toEqual({metadata, problems: []});
    });

    it('is empty when there is none', () => {
        for (const text of [null, '', ' \n', '<machine/>', machine('<fleet/>')]) {
            expect(readMachineMetadata(text))
                .withContext(String(text))
                .toEqual({metadata: NO_METADATA, problems: []});
        }
        expect(writeMachineMetadata(NO_METADATA)).toBe('<machine/>');
    });

    it('reads it with prefix or namespace as well', () => {
        const forms = [
            `<h:machine xmlns:h='${METADATA_NAMESPACE}'><h:shortName>x</h:shortName></h:machine>`,
            `<machine xmlns='${METADATA_NAMESPACE}'><shortName>x</shortName></machine>`,
            `<?xml version='1.0'?><machine>\n  <shortName>\n x\n</shortName></machine>`,
            machine('<shortName><![CDATA[x]]></shortName><shortName>second</shortName>'),
        ];
        for (const form of forms)
            expect(readMachineMetadata(form).metadata.shortName).withContext(form).toBe('x');
    });

    it('does not take another namespace for ours', () => {
        const text = `<machine><x:shortName xmlns:x='urn:x'>x</x:shortName><shortName xmlns='urn:y'>y</shortName></machine>`;
        expect(readMachineMetadata(text).metadata.shortName).toBeNull();
    });

    it('says why it does not take a value, and takes the others', () => {
        const bad: readonly (readonly [string, MetadataProblem['field'], MetadataProblem['reason']])[] = [
            ['<shortName/>', 'shortName', 'empty'],
            ['<shortName>  </shortName>', 'shortName', 'empty'],
            [`<shortName>${'x'.repeat(33)}</shortName>`, 'shortName', 'too-long'],
            ['<shortName>a&#10;b</shortName>', 'shortName', 'control-character'],
            ['<shortName>a&#x7f;b</shortName>', 'shortName', 'control-character'],
            ['<shortName>a&#x202e;b</shortName>', 'shortName', 'control-character'],
            ['<shutdownDeadline>4</shutdownDeadline>', 'shutdownDeadlineSeconds', 'out-of-range'],
            ['<shutdownDeadline>3601</shutdownDeadline>', 'shutdownDeadlineSeconds', 'out-of-range'],
            [
                '<shutdownDeadline>99999999999999999999</shutdownDeadline>',
                'shutdownDeadlineSeconds',
                'out-of-range',
            ],
            ['<shutdownDeadline>-5</shutdownDeadline>', 'shutdownDeadlineSeconds', 'not-a-number'],
            ['<shutdownDeadline>1e2</shutdownDeadline>', 'shutdownDeadlineSeconds', 'not-a-number'],
            ['<shutdownDeadline>60.5</shutdownDeadline>', 'shutdownDeadlineSeconds', 'not-a-number'],
            ['<shutdownDeadline/>', 'shutdownDeadlineSeconds', 'not-a-number'],
        ];
        for (const [inside, field, reason] of bad) {
            const other = inside.startsWith('<shortName')
                ? '<shutdownDeadline>5</shutdownDeadline>'
                : '<shortName>good</shortName>';
            const {metadata, problems} = readMachineMetadata(machine(inside + other));
            expect(problems.map(problem => [problem.field, problem.reason]))
                .withContext(inside)
                .toEqual([[field, reason]]);
            expect(metadata)
                .withContext(inside)
                .toEqual(
                    field === 'shortName'
                        ? {...NO_METADATA, shortName: null, shutdownDeadlineSeconds: 5}
                        : {...NO_METADATA, shortName: 'good', shutdownDeadlineSeconds: null},
                );
        }
    });

    it('reads and writes what ready means and what opens', () => {
        const all: readonly Pick<MachineMetadata, 'ready' | 'client'>[] = [
            {ready: {kind: 'started'}, client: {kind: 'none'}},
            {ready: {kind: 'agent'}, client: {kind: 'viewer'}},
            {ready: {kind: 'tcp', port: 3389}, client: {kind: 'connections'}},
            {ready: {kind: 'tcp', host: 'fe80::1', port: 1}, client: {kind: 'looking-glass'}},
            {ready: {kind: 'sunshine', host: 'games.lan', port: 65535}, client: {kind: 'moonlight'}},
            {
                ready: {kind: 'looking-glass'},
                client: {kind: 'moonlight', host: '10.0.0.2', app: 'Büro & "x"'},
            },
        ];
        for (const one of all) {
            const metadata = {...NO_METADATA, ...one};
            const text = writeMachineMetadata(metadata);
            expect(readMachineMetadata(text)).withContext(text).toEqual({metadata, problems: []});
            expect(readMachineMetadata(writeMachineMetadata(NO_METADATA, text)).metadata).toEqual(
                NO_METADATA,
            );
        }
        expect(writeMachineMetadata({...NO_METADATA, ready: {kind: 'tcp', port: 22}})).toBe(
            machine('<ready kind="tcp" port="22"/>').replaceAll('"', "'"),
        );
    });

    it('keeps attributes of ready and client that it does not know', () => {
        const before = machine("<ready kind='tcp' port='22' after='boot'/>");
        expect(writeMachineMetadata({...NO_METADATA, ready: {kind: 'agent'}}, before)).toBe(
            machine("<ready kind='agent' after='boot'/>"),
        );
    });

    it('takes no host, port or app that could be anything else', () => {
        const bad: readonly (readonly [string, 'ready' | 'client', MetadataProblem['reason']])[] = [
            ['<ready/>', 'ready', 'unknown-kind'],
            ["<ready kind='toString'/>", 'ready', 'unknown-kind'],
            ["<ready kind='tcp'/>", 'ready', 'not-a-number'],
            ["<ready kind='tcp' port=''/>", 'ready', 'not-a-number'],
            ["<ready kind='tcp' port='22x'/>", 'ready', 'not-a-number'],
            ["<ready kind='tcp' port='-1'/>", 'ready', 'not-a-number'],
            ["<ready kind='tcp' port='0'/>", 'ready', 'out-of-range'],
            ["<ready kind='tcp' port='65536'/>", 'ready', 'out-of-range'],
            ...[
                ['-oProxyCommand=x', 'bad-host'],
                ['a b', 'bad-host'],
                ['a/b', 'bad-host'],
                ['a@b', 'bad-host'],
                ['a:1', 'bad-host'],
                ['[::1]', 'bad-host'],
                ['::1%eth0', 'bad-host'],
                ['a&#10;b', 'bad-host'],
                ['$HOME', 'bad-host'],
                ['ä', 'bad-host'],
                ['.', 'bad-host'],
                ['a'.repeat(254), 'bad-host'],
                ['', 'empty'],
            ].flatMap(
                ([host, reason]) =>
                    [
                        [`<ready kind='sunshine' host='${host}'/>`, 'ready', reason],
                        [`<client kind='moonlight' host='${host}'/>`, 'client', reason],
                    ] as [string, 'ready' | 'client', MetadataProblem['reason']][],
            ),
            ["<client kind='virt-viewer'/>", 'client', 'unknown-kind'],
            ["<client kind='moonlight' app=''/>", 'client', 'empty'],
            ["<client kind='moonlight' app=' '/>", 'client', 'empty'],
            ["<client kind='moonlight' app='--quit-after'/>", 'client', 'bad-app'],
            ["<client kind='moonlight' app='a&#x202e;b'/>", 'client', 'control-character'],
            [`<client kind='moonlight' app='${'x'.repeat(65)}'/>`, 'client', 'too-long'],
        ];
        for (const [inside, field, reason] of bad) {
            const {metadata, problems} = readMachineMetadata(machine(`${inside}<shortName>good</shortName>`));
            expect(problems.map(problem => [problem.field, problem.reason]))
                .withContext(inside)
                .toEqual([[field, reason]]);
            expect(metadata)
                .withContext(inside)
                .toEqual({...NO_METADATA, shortName: 'good'});
        }
        const refused: readonly Partial<MachineMetadata>[] = [
            {ready: {kind: 'tcp'}},
            {ready: {kind: 'tcp', port: 22.5}},
            {ready: {kind: 'tcp', host: '-x', port: 22}},
            {client: {kind: 'moonlight', app: '-x'}},
            {client: {kind: 'moonlight', host: 'a b'}},
        ];
        for (const one of refused)
            expect(() => writeMachineMetadata({...NO_METADATA, ...one}))
                .withContext(JSON.stringify(one))
                .toThrowError(DefinitionError);
    });

    it('passes over what a kind has no use for', () => {
        const inside = "<ready kind='agent' host='-x' port='y'/><client kind='none' host='-x' app='-y'/>";
        expect(readMachineMetadata(machine(inside))).toEqual({
            metadata: {...NO_METADATA, ready: {kind: 'agent'}, client: {kind: 'none'}},
            problems: [],
        });
    });

    it('counts characters, not halves of them', () => {
        expect(readMachineMetadata(machine(`<shortName>${'🎮'.repeat(32)}</shortName>`)).problems).toEqual(
            [],
        );
        expect(
            readMachineMetadata(machine(`<shortName>${'🎮'.repeat(33)}</shortName>`)).problems.length,
        ).toBe(1);
    });

    it('survives what is no XML', () => {
        for (const text of [
            '<machine>',
            'machine',
            '<a/><b/>',
            '<!DOCTYPE machine><machine/>',
            '<machine>&x;</machine>',
        ]) {
            expect(readMachineMetadata(text))
                .withContext(text)
                .toEqual({
                    metadata: NO_METADATA,
                    problems: [{field: 'element', reason: 'malformed', value: text}],
                });
            expect(
                writeMachineMetadata({...NO_METADATA, shortName: 'x', shutdownDeadlineSeconds: null}, text),
            ).toBe('<machine><shortName>x</shortName></machine>');
        }
    });

    it('keeps what another version of Handover wrote', () => {
        const previous = `<machine since='2'>
  <!-- later -->
  <fleet order='3'><after name='dns'/></fleet>
  <shortName lang='de'>old</shortName>
  <shutdownDeadline>60</shutdownDeadline>
</machine>`;
        expect(
            writeMachineMetadata({...NO_METADATA, shortName: 'new', shutdownDeadlineSeconds: null}, previous),
        ).toBe(previous.replace('>old<', '>new<').replace('\n  <shutdownDeadline>60</shutdownDeadline>', ''));
    });

    it('does not write what it would not read', () => {
        const refused = [
            {...NO_METADATA, shortName: 'x'.repeat(33), shutdownDeadlineSeconds: null},
            {...NO_METADATA, shortName: 'a\nb', shutdownDeadlineSeconds: null},
            {...NO_METADATA, shortName: ' ', shutdownDeadlineSeconds: null},
            {...NO_METADATA, shortName: null, shutdownDeadlineSeconds: 4},
            {...NO_METADATA, shortName: null, shutdownDeadlineSeconds: 3601},
            {...NO_METADATA, shortName: null, shutdownDeadlineSeconds: 5.5},
            {...NO_METADATA, shortName: null, shutdownDeadlineSeconds: Number.NaN},
        ];
        for (const metadata of refused) {
            expect(() => writeMachineMetadata(metadata))
                .withContext(JSON.stringify(metadata))
                .toThrowError(DefinitionError);
        }
        expect(
            writeMachineMetadata({...NO_METADATA, shortName: '  x ', shutdownDeadlineSeconds: 3600}),
        ).toContain('<shortName>x<');
    });
});

describe('Metadata in the domain XML', () => {
    const read = (name: string) => Definition.parse(domainXml(name)).metadata;

    it('is found under any prefix, and only in our namespace', () => {
        expect(read('looking-glass-windows').metadata).toEqual({
            ...NO_METADATA,
            shortName: 'Games',
            shutdownDeadlineSeconds: 120,
        });
        expect(read('metadata-handover-unknown').metadata).toEqual({
            ...NO_METADATA,
            shortName: 'Büro 🏢',
            shutdownDeadlineSeconds: 60,
        });
        expect(read('metadata-handover-default-namespace').metadata.shortName).toBe('Plain');
        expect(read('metadata-handover-declared-above').metadata.shutdownDeadlineSeconds).toBe(3600);
        expect(read('metadata-other-tools')).toEqual({metadata: NO_METADATA, problems: []});
        expect(read('minimal')).toEqual({metadata: NO_METADATA, problems: []});
    });

    it('never throws for bad values', () => {
        const {metadata, problems} = read('metadata-handover-bad');
        expect(metadata).toEqual(NO_METADATA);
        expect(problems.map(({reason}) => reason)).toEqual(['control-character', 'not-a-number']);
    });

    it('changes nothing but what it names', () => {
        const before = domainXml('metadata-handover-unknown');
        const after = Definition.parse(before)
            .withMetadata({...NO_METADATA, shortName: 'Büro', shutdownDeadlineSeconds: 61})
            .toXml();
        expect(after).toBe(before.replace('  Büro 🏢  ', 'Büro').replace('>60<', '>61<'));
    });

    it('is put in where there was none, beside that of other tools', async () => {
        const metadata = {...NO_METADATA, shortName: 'N', shutdownDeadlineSeconds: 30};
        for (const name of [
            'metadata-other-tools',
            'minimal',
            'no-indentation',
            'empty-elements',
            'tabs-indentation',
            'comments-everywhere',
        ]) {
            const before = domainXml(name);
            const edited = Definition.parse(before).withMetadata(metadata).toXml();
            expect(Definition.parse(edited).metadata).withContext(edited).toEqual({metadata, problems: []});
            expect(await canonical(edited))
                .withContext(name)
                .toContain(`<handover:machine xmlns:handover="${METADATA_NAMESPACE}">`);
            const emptied = Definition.parse(edited).withMetadata(NO_METADATA);
            expect(emptied.metadata.metadata).toEqual(NO_METADATA);
        }
    });

    it('uses the prefix that is there, so that both values stay in our namespace', async () => {
        const edited = Definition.parse(domainXml('metadata-handover-default-namespace'))
            .withMetadata({...NO_METADATA, shortName: 'Plain', shutdownDeadlineSeconds: 10})
            .toXml();
        expect(await canonical(edited)).toContain('<shutdownDeadline>10</shutdownDeadline>');
        expect(Definition.parse(edited).metadata.metadata.shutdownDeadlineSeconds).toBe(10);
    });
});

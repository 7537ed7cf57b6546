// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {Definition} from '../../../shared/definition/definition.js';
import {AdditionLog} from '../../../shared/health/integration/additionLog.js';
import {
    type ChangedPart,
    changedParts,
    readParts,
    withPartsBack,
} from '../../../shared/health/integration/changedParts.js';
import {withIntegration} from '../../../shared/health/integration/integrationEdit.js';
import {PartChangedError} from '../../../shared/health/integration/partChangedError.js';
import {StateFileError} from '../../../shared/platform/stateFile.js';
import {temporaryDirectory} from '../../harness/temporary.js';

const UUID = '6695eb01-f6a4-8304-79aa-97f2502e193f';

const BARE = Definition.parse(`<domain type='kvm'>
  <name>web</name>
  <uuid>${UUID}</uuid>
  <memory>1024</memory>
  <features><apic/></features>
  <devices>
    <controller type='usb' index='0'/>
    <graphics type='vnc' passwd='secret'/>
    <memballoon model='none'/>
  </devices>
</domain>
`);

const EDITS = [
    {kind: 'agent-channel'},
    {kind: 'report-channel'},
    {kind: 'vnc-agent'},
    {kind: 'balloon'},
    {kind: 'acpi'},
    {kind: 'clock'},
    {kind: 'shared-folder', source: '/srv', tag: 'srv'},
] as const;

/** As libvirt compares them: the space between elements says nothing. */
const dense = (definition: Definition): string => definition.toXml().replace(/>\s+</g, '><');

describe('What an edit has changed', () => {
    for (const edit of EDITS)
        it(`is taken back, and what else has changed since stays: ${edit.kind}`, () => {
            const after = withIntegration(BARE, edit);
            const parts = changedParts(BARE, after);
            expect(parts.length).toBeGreaterThan(0);
            expect(JSON.stringify(parts)).not.toContain('secret');
            expect(dense(withPartsBack(after, parts))).toBe(dense(BARE));
            const since = after.withTitle('Other').withText(['memory'], '2048');
            const back = withPartsBack(since, parts);
            expect(back.title).toBe('Other');
            expect(back.memory.maximum).toBe(2048);
            expect(dense(withIntegration(back, edit))).toBe(dense(since));
        });

    it('is not touched when somebody has changed the same since', () => {
        const after = withIntegration(BARE, {kind: 'agent-channel'});
        const parts = changedParts(BARE, after);
        const since = withIntegration(after, {kind: 'report-channel'});
        expect(() => withPartsBack(since, parts)).toThrowError(PartChangedError, /devices\/channel/);
        expect(() => withPartsBack(BARE, parts)).toThrowError(PartChangedError);
    });

    it('is nothing for the same definition', () => {
        expect(changedParts(BARE, BARE)).toEqual([]);
        expect(withPartsBack(BARE, [])).toBe(BARE);
    });

    it('is read as it was written down, and nothing else is', () => {
        const parts = changedParts(BARE, withIntegration(BARE, {kind: 'balloon'}));
        expect(readParts(JSON.parse(JSON.stringify(parts)))).toEqual(parts);
        for (const other of [
            null,
            {},
            [null],
            [{place: 'os', before: [], after: []}],
            [{...parts[0], after: [1]}],
            // Nothing but what belongs in the place is ever put back into a machine.
            [{place: 'devices/channel', before: ["<disk type='block'/>"], after: []}],
            [{place: 'features', before: ['<features/><os/>'], after: []}],
            [{place: 'clock', before: ['</parts><parts>'], after: []}],
            [{place: 'clock', before: ['text'], after: []}],
        ])
            expect(readParts(other)).toBeNull();
    });
});

describe('What machines were given', () => {
    it('is kept of each, and forgotten from the last on', async () => {
        const folder = temporaryDirectory('additions');
        const log = new AdditionLog(folder);
        const parts: ChangedPart[] = [{place: 'clock', before: [], after: ['<clock/>']}];
        expect(await log.of('system', UUID)).toEqual([]);
        await log.add('system', UUID, {row: 'time-sync', parts});
        await log.add('system', UUID, {row: 'heartbeat', parts: []});
        await log.add('session', UUID, {row: 'balloon', parts: []});
        expect((await new AdditionLog(folder).of('system', UUID)).map(({row}) => row)).toEqual([
            'time-sync',
            'heartbeat',
        ]);
        // Another program may have added something since.
        await log.drop('system', UUID, {row: 'heartbeat', parts: []});
        expect(await log.of('system', UUID)).toEqual([{row: 'time-sync', parts}]);
        await log.add('system', UUID, {row: 'heartbeat', parts: []});
        await log.drop('system', UUID, {row: 'time-sync', parts});
        expect(await log.of('system', UUID)).toEqual([{row: 'heartbeat', parts: []}]);
        GLib.file_set_contents(`${folder}/system/${UUID}.json`, '[{"row": 1, "parts": []}, null]');
        expect(await log.of('system', UUID)).toEqual([]);
    });

    it('is all kept, and all forgotten, when several programs write in the same moment', async () => {
        const folder = temporaryDirectory('additions');
        const given = Array.from({length: 8}, (_none, at) => ({row: `${at}`, parts: []}));
        await Promise.all(given.map(one => new AdditionLog(folder).add('system', UUID, one)));
        const log = new AdditionLog(folder);
        expect(await log.of('system', UUID)).toEqual(jasmine.arrayWithExactContents(given));
        const other = {row: 'other', parts: []};
        await Promise.all([
            ...given.map(one => new AdditionLog(folder).drop('system', UUID, one)),
            new AdditionLog(folder).add('system', UUID, other),
        ]);
        expect(await log.of('system', UUID)).toEqual([other]);
    });

    it('is kept of a machine that was given much, and nothing is written over what cannot be read', async () => {
        const folder = temporaryDirectory('additions');
        const log = new AdditionLog(folder);
        // What a machine of some twenty PCI controllers is given with each shared folder.
        const controllers = Array.from(
            {length: 20},
            (_none, at) => `<controller type='pci' index='${at}'>${' '.repeat(230)}</controller>`,
        );
        const parts: ChangedPart[] = [{place: 'devices/controller', before: controllers, after: controllers}];
        for (let count = 0; count < 10; count++) await log.add('system', UUID, {row: `${count}`, parts});
        expect((await log.of('system', UUID)).map(({row}) => row)).toEqual([...'0123456789']);
        for (let count = 10; count < 110; count++) await log.add('system', UUID, {row: `${count}`, parts});
        const kept = await log.of('system', UUID);
        expect(kept.at(-1)?.row).toBe('109');
        expect(kept.length).toBeGreaterThan(20);

        const path = `${folder}/system/${UUID}.json`;
        const huge = `[${' '.repeat(2 * 2 ** 20)}]`;
        GLib.file_set_contents(path, huge);
        await expectAsync(log.add('system', UUID, {row: 'x', parts: []})).toBeRejectedWithError(
            StateFileError,
        );
        expect(GLib.file_get_contents(path)[1].length).toBe(huge.length);
    }, 60_000);

    it('leads out of no folder', async () => {
        const log = new AdditionLog(temporaryDirectory('additions'));
        await expectAsync(log.of('..', UUID)).toBeRejectedWithError(StateFileError);
        await expectAsync(log.add('system', '../x', {row: 'x', parts: []})).toBeRejectedWithError(
            StateFileError,
        );
    });
});

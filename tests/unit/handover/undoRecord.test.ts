// SPDX-License-Identifier: GPL-3.0-or-later
import {FileUndoStore} from '../../../shared/gpu/handover/fileUndoStore.js';
import {
    parseUndoRecord,
    serializeUndoRecord,
    type UndoRecord,
} from '../../../shared/gpu/handover/undoRecord.js';
import {listNames} from '../../../shared/platform/files.js';
import {putFile} from '../../fakes/pci/files.js';
import {temporaryDirectory} from '../../harness/temporary.js';
import {rejection} from './labs.js';

const RECORD: UndoRecord = {
    version: 1,
    id: '0000:01:00.0',
    card: {identity: '10de:1e84:1043:8728', address: '0000:01:00.0'},
    direction: 'take',
    phase: 'lent',
    step: 'keep',
    by: 'uid 1000',
    startedAtMs: 1_780_000_000_000,
    functions: [
        {address: '0000:01:00.0', driver: 'nvidia', override: null},
        {address: '0000:01:00.1', driver: 'snd_hda_intel', override: 'snd_hda_intel'},
    ],
    native: false,
    modules: ['nvidia_drm', 'nvidia'],
    services: ['nvidia-persistenced.service'],
    hadNodes: true,
    problem: null,
};

describe('The record of a handover', () => {
    it('comes back from its text as it was', () => {
        expect(parseUndoRecord(serializeUndoRecord(RECORD))).toEqual(RECORD);
    });

    it('is not taken from a text that would write elsewhere, or that is none', () => {
        const [display] = RECORD.functions;
        const bad: unknown[] = [
            null,
            [],
            'text',
            {...RECORD, version: 2},
            {...RECORD, id: '../../etc/passwd'},
            {...RECORD, functions: []},
            {...RECORD, functions: [{...display, address: '../..'}]},
            {...RECORD, functions: [{...display, driver: '../../../kernel'}]},
            {...RECORD, functions: [{...display, override: 'a b'}]},
            {...RECORD, modules: ['-r']},
            {...RECORD, services: ['--help']},
            {...RECORD, card: {identity: 'x', address: '0000:01:00.0'}},
            {...RECORD, phase: 'other'},
            {...RECORD, direction: 'sideways'},
        ];
        for (const value of bad)
            expect(parseUndoRecord(JSON.stringify(value)))
                .withContext(JSON.stringify(value))
                .toBeNull();
        for (const text of ['', '{', serializeUndoRecord(RECORD).slice(0, 40)])
            expect(parseUndoRecord(text)).withContext(text).toBeNull();
    });
});

describe('FileUndoStore', () => {
    const root = () => {
        const folder = temporaryDirectory('run');
        return {sys: '/nowhere', proc: '/nowhere', dev: '/nowhere', run: folder};
    };

    it('keeps records under the address of their card, whole at any moment', async () => {
        const place = root();
        const store = new FileUndoStore(place);
        await store.write(RECORD);
        await store.write({...RECORD, phase: 'stuck'});

        expect((await store.readAll()).map(({phase}) => phase)).toEqual(['stuck']);
        expect(listNames(`${place.run}/handover`)).toEqual(['0000:01:00.0.json']);
        await store.remove(RECORD.id);
        await store.remove(RECORD.id);

        expect(await store.readAll()).toEqual([]);
    });

    it('passes over what it cannot read', async () => {
        const place = root();
        putFile(`${place.run}/handover/0000:01:00.0.json`, '{"version":1');
        putFile(`${place.run}/handover/notes.json`, serializeUndoRecord(RECORD));
        putFile(`${place.run}/handover/0000:02:00.0.json`, serializeUndoRecord(RECORD));

        expect(await new FileUndoStore(place).readAll()).toEqual([]);
    });

    it('says so when it cannot write', async () => {
        const store = new FileUndoStore({...root(), run: '/proc/nowhere'});

        expect(await rejection(store.write(RECORD))).toBeDefined();
        expect(await store.readAll()).toEqual([]);
    });

    it('does not write outside of its folder', async () => {
        expect(await rejection(new FileUndoStore(root()).write({...RECORD, id: '../x'}))).toBeDefined();
    });
});

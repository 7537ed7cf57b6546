// SPDX-License-Identifier: GPL-3.0-or-later
import {Handovers, type Order} from '../../helper/handovers.js';
import {Journal} from '../../helper/journal.js';
import {UndoFiles} from '../../helper/undoFiles.js';
import {findHolders} from '../../shared/gpu/holders/holders.js';
import {DeadlineError} from '../../shared/platform/errors.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {FakeServices} from '../fakes/pci/fakeServices.js';
import {putFile} from '../fakes/pci/files.js';

const CARD = '0000:03:00.0';
const OTHER = '0000:04:00.0';

function order(address: string, patient: boolean): Order {
    return {address, direction: 'take', uid: 0, sender: ':1.1', patient};
}

describe('helper: one after the other', () => {
    let fake: FakePciTree;
    let journal: Journal;
    let told: string[];

    beforeEach(() => {
        fake = new FakePciTree().intelGraphics().amdCard().amdCard('0000:04:00', '18');
        journal = new Journal(`${fake.root.run}/state/journal.jsonl`);
        told = [];
    });

    function open(): Handovers {
        const parts = {
            root: fake.root,
            kernel: fake.kernel,
            services: new FakeServices(fake),
            clock: fake.clock,
            store: new UndoFiles(fake.root),
            sleeper: null,
            holders: (card: Parameters<typeof findHolders>[1]) =>
                findHolders(fake.root, card, {
                    deviceNumber: path => Promise.resolve(fake.processes.deviceNumber(path)),
                }),
        };
        return new Handovers(parts, journal, {
            moving: () => undefined,
            progress: () => undefined,
            finished: (address, _direction, {kind}) => told.push(`${address} ${kind}`),
        });
    }

    const take = (handovers: Handovers, address: string, patient: boolean) =>
        handovers.run(order(address, patient), (desk, options) => desk.take(address, options));

    it('has the return at the end of a machine wait for its turn', async () => {
        const handovers = open();
        const kinds = await Promise.all([
            take(handovers, CARD, false),
            take(handovers, OTHER, true),
            take(handovers, OTHER, false),
        ]);
        expect(kinds.map(({kind}) => kind)).toEqual(['done', 'done', 'busy']);
        expect(told).toEqual([`${CARD} done`, `${OTHER} done`]);
        expect((await journal.read()).map(({address}) => address)).toEqual([OTHER, CARD]);
    });

    it('goes on when the journal cannot be read in time, as on a disk that was asleep', async () => {
        spyOn(journal, 'read').and.rejectWith(new DeadlineError('journal.jsonl', 2000));
        const handovers = open();
        expect((await take(handovers, CARD, false)).kind).toBe('done');
        expect((await take(handovers, OTHER, true)).kind).toBe('done');
        await handovers.settled();
    });

    it('brings to an end what a helper before it has left, before anything else', async () => {
        const before = open();
        await take(before, CARD, false);
        await before.settled();
        const store = new UndoFiles(fake.root);
        const [record] = await store.readAll();
        await store.write({...record!, direction: 'return', phase: 'moving', step: 'unbind'});
        const handovers = open();
        expect((await take(handovers, OTHER, false)).kind).toBe('done');
        expect(fake.kernel.bindings('0000:03:00')).toEqual({
            '0000:03:00.0': 'amdgpu',
            '0000:03:00.1': 'snd_hda_intel',
        });
        expect((await journal.read()).map(({direction}) => direction)).toEqual(['take', 'mend', 'take']);
    });

    it('says nothing of a card that is lent as its record says, however often a helper comes and goes', async () => {
        const before = open();
        await take(before, CARD, false);
        await before.settled();
        const handovers = open();
        await handovers.mend();
        await handovers.settled();
        expect((await journal.read()).map(({direction}) => direction)).toEqual(['take']);
    });

    it('reads a journal that something has written into', async () => {
        const lines = ['garbage', '{}', 'null', '[1]', '{"startedAtMs": "now"}', '', '\u0000'];
        putFile(`${fake.root.run}/state/journal.jsonl`, lines.join('\n'));
        expect(await journal.read()).toEqual([]);
        expect((await take(open(), CARD, false)).kind).toBe('done');
        expect((await journal.read()).length).toBe(1);
    });

    it('moves cards even where no journal can be written', async () => {
        putFile(`${fake.root.run}/state`, 'no folder');
        expect((await take(open(), CARD, false)).kind).toBe('done');
        expect(await journal.read()).toEqual([]);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {AmbiguousCardError, NoSuchCardError} from '../../../shared/gpu/cardErrors.js';
import type {PciFunction} from '../../../shared/gpu/pciFunction.js';
import type {CardFacts} from '../../../shared/gpu/pciTree.js';
import {describeProblem} from '../../../shared/problems/problem.js';
import {type ChoosableCard, chooseCard} from '../../../shared/setUp/cardChoice.js';
import {checkRomFile} from '../../../shared/setUp/romFile.js';
import {NothingToLendError, type RomFileError} from '../../../shared/setUp/setUpErrors.js';
import {readTree} from '../../../shared/setUp/setUpFacts.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {temporaryDirectory} from '../../harness/temporary.js';

async function cardsOf(fake: FakePciTree): Promise<ChoosableCard[]> {
    const {cards} = await readTree(fake.root);
    return cards.map((facts: CardFacts) => ({
        address: facts.display.address,
        name: `Card ${facts.display.device}`,
        numbers: facts.display,
        facts,
    }));
}

describe('Choosing a card to lend', () => {
    it('takes the one that is not the desktop’s', async () => {
        const cards = await cardsOf(new FakePciTree().intelGraphics().amdCard());
        expect(chooseCard(cards, null).address).toBe('0000:03:00.0');
    });

    it('takes the one that is named, however it is named', async () => {
        const cards = await cardsOf(new FakePciTree().intelGraphics().amdCard().nvidiaCard());
        for (const name of ['03:00.0', '0000:03:00.0', 'pci_0000_03_00_0', '1002:744c', 'card 744'])
            expect(chooseCard(cards, name).address).withContext(name).toBe('0000:03:00.0');
        expect(chooseCard(cards, '00:02.0').address).toBe('0000:00:02.0');
    });

    it('says why it cannot', async () => {
        expect(() => chooseCard([], null)).toThrowMatching(
            error => (error as NothingToLendError).only === null,
        );
        const one = await cardsOf(new FakePciTree().intelGraphics());
        expect(() => chooseCard(one, null)).toThrowMatching(
            error => (error as NothingToLendError).only?.address === '0000:00:02.0',
        );
        const three = await cardsOf(new FakePciTree().intelGraphics().amdCard().nvidiaCard());
        expect(() => chooseCard(three, null)).toThrowError(AmbiguousCardError);
        expect(() => chooseCard(three, '')).toThrowError(NoSuchCardError);
        expect(() => chooseCard(three, '03:00.1')).toThrowError(NoSuchCardError);
        for (const error of [new NothingToLendError(null), new NothingToLendError({address: 'a', name: 'b'})])
            expect(describeProblem(error).category).toBe('missing');
    });
});

describe('A ROM file', () => {
    const card: Pick<PciFunction, 'vendor' | 'device'> = {vendor: '1002', device: '744c'};
    let folder: string;

    beforeAll(() => {
        folder = temporaryDirectory('rom');
    });

    function rom(name: string, change: (bytes: Uint8Array) => void = () => undefined, size = 1024): string {
        const bytes = new Uint8Array(size);
        bytes.set([0x55, 0xaa]);
        bytes.set([0x40, 0x00], 0x18);
        bytes.set(new TextEncoder().encode('PCIR'), 0x40);
        bytes.set([0x02, 0x10, 0x4c, 0x74], 0x44);
        change(bytes);
        const path = `${folder}/${name}`;
        GLib.file_set_contents(path, bytes);
        return path;
    }

    async function faultOf(path: string): Promise<string | null> {
        try {
            await checkRomFile(path, card);
            return null;
        } catch (error) {
            expect(describeProblem(error).body).toContain('Nothing was changed.');
            return (error as RomFileError).reason;
        }
    }

    it('is taken when it is one of this card', async () => {
        expect(await faultOf(rom('good.rom'))).toBeNull();
    });

    it('is refused else', async () => {
        expect(await faultOf(rom('no magic', bytes => bytes.set([0x4e, 0x56], 0)))).toBe('no-rom');
        expect(await faultOf(rom('no PCIR', bytes => bytes.set([0], 0x40)))).toBe('no-rom');
        expect(await faultOf(rom('far', bytes => bytes.set([0xff, 0xff], 0x18)))).toBe('no-rom');
        expect(await faultOf(rom('other', bytes => bytes.set([0xde], 0x44)))).toBe('other-card');
        expect(await faultOf(rom('small', undefined, 128))).toBe('size');
        expect(await faultOf(`${folder}/nothing`)).toBe('missing');
        expect(await faultOf(folder)).toBe('path');
        expect(await faultOf('relative.rom')).toBe('path');
        expect(await faultOf(`${folder}/../${GLib.path_get_basename(folder)}/good.rom`)).toBe('path');
        expect(await faultOf('/dev/zero')).toBe('path');
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {findCard, type NamedCard} from '../../../cli/gpu/cardSearch.js';
import {AmbiguousCardError, NoSuchCardError} from '../../../shared/gpu/cardErrors.js';
import type {Owner} from '../../../shared/gpu/owner.js';
import {PciReader} from '../../../shared/gpu/pciTree.js';
import {describeProblem} from '../../../shared/problems/problem.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';

const LINUX: Owner = {kind: 'linux', driver: 'amdgpu'};
const FREE: Owner = {kind: 'vfio'};

const NAMES: Readonly<Record<string, string>> = {
    '0000:00:02.0': 'Intel UHD Graphics 770',
    '0000:01:00.0': 'NVIDIA GeForce RTX 2070 SUPER',
    '0000:03:00.0': 'AMD Radeon RX 7900 XTX',
    '0000:04:00.0': 'AMD Radeon RX 7900 XT',
};

/** The cards of a pretended machine; those at the addresses given are with vfio. */
async function cardsOf(fake: FakePciTree, ...free: string[]): Promise<NamedCard[]> {
    const {cards} = await new PciReader(fake.root).read();
    return cards.map(facts => ({
        address: facts.display.address,
        name: NAMES[facts.display.address] ?? '',
        facts,
        owner: free.includes(facts.display.address) ? FREE : LINUX,
        claims: [],
    }));
}

function search(cards: readonly NamedCard[], wanted?: string): string {
    try {
        return findCard(cards, wanted).address;
    } catch (error) {
        if (error instanceof NoSuchCardError) return 'none';
        if (error instanceof AmbiguousCardError) return `several: ${error.addresses.join(' ')}`;
        throw error;
    }
}

describe('the card that is meant', () => {
    const one = () => cardsOf(new FakePciTree().intelGraphics().nvidiaCard());
    const three = () =>
        cardsOf(new FakePciTree().intelGraphics().nvidiaCard().amdCard().amdCard('0000:04:00', '18'));

    it('has the address, in any of its forms, or one of its functions has', async () => {
        const cards = await three();
        for (const text of [
            '0000:01:00.0',
            '01:00.0',
            '1:0.0',
            ' 01:00.0 ',
            'pci_0000_01_00_0',
            '0000:01:00.1',
            '01:00.3',
        ])
            expect([text, search(cards, text)]).toEqual([text, '0000:01:00.0']);
        expect(search(cards, '00:02.0')).toBe('0000:00:02.0');
        for (const text of ['0001:01:00.0', '01:00.7', '05:00.0', '00:01.0'])
            expect([text, search(cards, text)]).toEqual([text, 'none']);
    });

    it('has a part of the name that no other has', async () => {
        const cards = await three();
        expect(search(cards, 'nvidia')).toBe('0000:01:00.0');
        expect(search(cards, '2070 super')).toBe('0000:01:00.0');
        expect(search(cards, 'INTEL')).toBe('0000:00:02.0');
        expect(search(cards, 'radeon')).toBe('several: 0000:03:00.0 0000:04:00.0');
        // The whole name of one is a part of the other's.
        expect(search(cards, 'AMD Radeon RX 7900 XT')).toBe('0000:04:00.0');
        expect(search(cards, '7900 XTX')).toBe('0000:03:00.0');
    });

    it('is the only one that can be lent', async () => {
        expect(search(await one())).toBe('0000:01:00.0');
        expect(search(await three())).toBe('several: 0000:01:00.0 0000:03:00.0 0000:04:00.0');
        expect(search(await cardsOf(new FakePciTree().intelGraphics()))).toBe('none');
        expect(search(await cardsOf(new FakePciTree().withoutIommu().intelGraphics().nvidiaCard()))).toBe(
            'none',
        );
        expect(search([])).toBe('none');
    });

    it('is the one that is lent, when one is to come back', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard().amdCard();
        const lent = ({owner}: NamedCard) => owner.kind !== 'linux';
        expect(findCard(await cardsOf(fake, '0000:03:00.0'), undefined, lent).address).toBe('0000:03:00.0');
        const both = await cardsOf(fake, '0000:03:00.0', '0000:01:00.0');
        expect(() => findCard(both, undefined, lent)).toThrowError(AmbiguousCardError);
        // None is: then there is nothing to choose between but what could be.
        expect(findCard(await one(), undefined, lent).address).toBe('0000:01:00.0');
    });

    it('is none for what nobody would type', async () => {
        const cards = await three();
        for (const text of [
            '',
            ' ',
            '.*',
            '%',
            '*',
            '..',
            '../../etc/passwd',
            '$(reboot)',
            '\u0000',
            '0000:01:00.0\n',
            '٠١:00.0',
            '01:00.0; rm -rf ~',
            '__proto__',
            'nvidia\u0000',
            'x'.repeat(100_000),
        ]) {
            const found = search(cards, text);
            // A line end behind an address is as harmless as a space.
            expect([text.slice(0, 40), found]).toEqual([
                text.slice(0, 40),
                text === '0000:01:00.0\n' ? '0000:01:00.0' : 'none',
            ]);
        }
    });

    it('is asked for in a sentence when it is not clear', async () => {
        const cards = await three();
        const say = (wanted?: string): string => {
            try {
                return findCard(cards, wanted).address;
            } catch (error) {
                const {category, body} = describeProblem(error);
                return `${category}: ${body.replace(/[\u2066-\u2069]/g, '')}`;
            }
        };
        expect(say()).toBe(
            'missing: Several graphics cards can be lent: 0000:01:00.0, 0000:03:00.0, 0000:04:00.0. Give the address of one.',
        );
        expect(say('radeon')).toBe(
            'missing: radeon fits several graphics cards: 0000:03:00.0, 0000:04:00.0. Give the address of one.',
        );
        expect(say('voodoo\u001b[31m\u202e2')).toBe(
            'missing: No graphics card has the address voodoo [31m2 or a name with it. “handover gpu” shows all of them.',
        );
    });
});

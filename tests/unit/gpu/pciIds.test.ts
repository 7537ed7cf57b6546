// SPDX-License-Identifier: GPL-3.0-or-later
import {cardName, lookUpPciNames, pciIdsPath, type PciNumbers} from '../../../shared/gpu/pciIds.js';
import {putFile} from '../../fakes/pci/files.js';
import {temporaryDirectory} from '../../harness/temporary.js';

const rtx: PciNumbers = {vendor: '10de', device: '1e84', subsystemVendor: '1043', subsystemDevice: '8728'};
const navi: PciNumbers = {vendor: '1002', device: '744c', subsystemVendor: null, subsystemDevice: null};

const LIST = `# a comment
0ccc  Before
\t744c  Not this one
1002  Advanced Micro Devices, Inc. [AMD/ATI]
\t744c  Navi 31 [Radeon RX 7900 XT/7900 XTX]
\t\t1eae 7901  RX-79XMERCB9 [SPEEDSTER MERC 310]

# inside a group
\t744d  Navi 31 other
10de  NVIDIA Corporation
\t1e84  TU104 [GeForce RTX 2070 SUPER]
\t\t1043 8728  TURBO-RTX2070S
\t1e85  No brackets
C 03  Display controller
\t00  VGA compatible controller
`;

function listOf(text: string): string {
    const path = `${temporaryDirectory('ids')}/pci.ids`;
    putFile(path, text);
    return path;
}

describe('The list of PCI names', () => {
    it('names vendor, device and board', async () => {
        expect(await lookUpPciNames(listOf(LIST), [rtx, navi])).toEqual([
            {
                vendor: 'NVIDIA Corporation',
                device: 'TU104 [GeForce RTX 2070 SUPER]',
                subsystem: 'TURBO-RTX2070S',
            },
            {
                vendor: 'Advanced Micro Devices, Inc. [AMD/ATI]',
                device: 'Navi 31 [Radeon RX 7900 XT/7900 XTX]',
                subsystem: null,
            },
        ]);
    });

    it('does without a device, a vendor, and itself', async () => {
        const nothing = {vendor: null, device: null, subsystem: null};
        const unknown = {...rtx, vendor: 'ffff'};

        expect(await lookUpPciNames(listOf(LIST), [{...rtx, device: '0001'}])).toEqual([
            {...nothing, vendor: 'NVIDIA Corporation'},
        ]);
        expect(await lookUpPciNames(listOf(LIST), [unknown])).toEqual([nothing]);
        expect(await lookUpPciNames('/nowhere/pci.ids', [rtx])).toEqual([nothing]);
        expect(await lookUpPciNames(null, [rtx])).toEqual([nothing]);
        expect(await lookUpPciNames(listOf(''), [rtx])).toEqual([nothing]);
    });

    it('is put together again where a piece ends in the middle of a line', async () => {
        const filler = `ffee  Filler\n${'\t0001  a long line that is here to fill\n'.repeat(5000)}`;
        const [names] = await lookUpPciNames(listOf(filler + LIST), [rtx]);

        expect(names?.device).toBe('TU104 [GeForce RTX 2070 SUPER]');
    });

    it('may have a line that is longer than a piece', async () => {
        const long = `ffee  ${'x'.repeat(150_000)}\n${LIST}10df  ${'y'.repeat(150_000)}`;
        const other = {...rtx, vendor: '10df'};
        const [names, last] = await lookUpPciNames(listOf(long), [rtx, other]);

        expect(names?.device).toBe('TU104 [GeForce RTX 2070 SUPER]');
        expect(last?.vendor?.length).toBe(150_000);
    });

    it('of this system knows common cards', async () => {
        const path = pciIdsPath();
        const [rtxNames, naviNames] = await lookUpPciNames(path, [rtx, navi]);

        expect(path).not.toBeNull();
        expect(cardName(rtx, rtxNames!)).toBe('NVIDIA GeForce RTX 2070 SUPER');
        expect(cardName(navi, naviNames!)).toContain('AMD Radeon RX 7900');
    });

    it('gives names as people say them', () => {
        const names = {vendor: 'Matrox Electronics Systems Ltd.', device: 'G200eR2', subsystem: null};
        const numbers = {...rtx, vendor: '102b', device: '0534'};

        expect(cardName(numbers, names)).toBe('Matrox Electronics Systems Ltd. G200eR2');
        expect(cardName(rtx, {vendor: null, device: null, subsystem: null})).toBe('NVIDIA 10de:1e84');
        expect(cardName(numbers, {vendor: null, device: null, subsystem: null})).toBe('102b:0534');
        expect(
            cardName(
                {...rtx, vendor: '1af4'},
                {vendor: 'Red Hat', device: 'Virtio 1.0 GPU', subsystem: null},
            ),
        ).toBe('Virtio 1.0 GPU');
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {GpuList} from '../../../shared/gpu/gpuList.js';
import {lendableCards} from '../../../shared/gpu/lendable.js';
import type {Claim} from '../../../shared/gpu/owner.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';

async function lendable(fake: FakePciTree, claims: readonly Claim[] = []): Promise<string[]> {
    const list = new GpuList({
        root: fake.root,
        events: null,
        pciIds: null,
        claims: {current: claims, follow: () => () => undefined},
    });
    await list.refresh();
    list.close();
    return lendableCards(list.gpus).map(({address}) => address);
}

const WINDOWS = {machine: 'system/windows', name: 'windows'};

describe('Lendable cards', () => {
    it('are all but the one that shows the firmware’s picture', async () => {
        expect(await lendable(new FakePciTree().intelGraphics().nvidiaCard())).toEqual(['0000:01:00.0']);
        expect(await lendable(new FakePciTree().amdCard().amdGraphics().nvidiaCard())).toEqual([
            '0000:01:00.0',
            '0000:03:00.0',
        ]);
    });

    it('are all but the first where no card shows the firmware’s picture', async () => {
        const fake = new FakePciTree()
            .device('0000:00:02.0', 0x038000, '8086:4680', {group: '0', driver: 'i915'})
            .laptopChip();
        expect(await lendable(fake)).toEqual(['0000:01:00.0']);
    });

    it('are none with one card, no card, or no IOMMU', async () => {
        expect(await lendable(new FakePciTree())).toEqual([]);
        expect(await lendable(new FakePciTree().intelGraphics())).toEqual([]);
        expect(await lendable(new FakePciTree().amdCard())).toEqual([]);
        expect(await lendable(new FakePciTree().withoutIommu().intelGraphics().nvidiaCard())).toEqual([]);
    });

    it('are those that are lent already, even the only one', async () => {
        const fake = new FakePciTree().device('0000:01:00.0', 0x030000, '10de:1e84', {
            group: '14',
            driver: 'vfio-pci',
            bootVga: true,
        });
        expect(await lendable(fake)).toEqual(['0000:01:00.0']);
    });

    it('are those that a machine names', async () => {
        const claim = {...WINDOWS, running: false, addresses: ['0000:00:02.0']};
        expect(await lendable(new FakePciTree().intelGraphics(), [claim])).toEqual(['0000:00:02.0']);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {readCardDetails} from '../../../shared/gpu/cardDetails.js';
import {identityOf, resolveCard} from '../../../shared/gpu/cardIdentity.js';
import {isPciAddress, parsePciAddress, slotOf} from '../../../shared/gpu/pciAddress.js';
import {isVfioDriver} from '../../../shared/gpu/pciFunction.js';
import {type CardFacts, PciReader, type PciTree} from '../../../shared/gpu/pciTree.js';
import {THIS_MACHINE} from '../../../shared/gpu/sysRoot.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {drop, putFile} from '../../fakes/pci/files.js';

function addressesOf(functions: readonly {address: string}[]): string[] {
    return functions.map(({address}) => address);
}

async function cardAt(fake: FakePciTree, address: string): Promise<CardFacts> {
    const {cards} = await new PciReader(fake.root).read();
    const card = cards.find(({display}) => display.address === address);
    if (!card) throw new Error(`No card at ${address}`);
    return card;
}

describe('PciReader', () => {
    it('finds the cards of a desktop with Intel graphics and an NVIDIA card', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard();
        const tree = await new PciReader(fake.root).read();

        expect(tree.iommu).toBeTrue();
        expect(addressesOf(tree.cards.map(card => card.display))).toEqual(['0000:00:02.0', '0000:01:00.0']);
        const [intel, nvidia] = tree.cards as [CardFacts, CardFacts];
        expect(intel.bootVga).toBeTrue();
        expect(intel.functions.length).toBe(1);
        expect(nvidia.bootVga).toBeFalse();
        expect(nvidia.display).toEqual({
            address: '0000:01:00.0',
            classCode: 0x030000,
            vendor: '10de',
            device: '1e84',
            subsystemVendor: '1043',
            subsystemDevice: '8728',
            virtual: false,
            driver: 'nvidia',
            iommuGroup: '14',
        });
        expect(nvidia.functions.map(({driver}) => driver)).toEqual([
            'nvidia',
            'snd_hda_intel',
            'xhci_hcd',
            'nvidia-gpu',
        ]);
        expect(nvidia.drmNodes).toEqual(['card1', 'renderD129']);
    });

    it('lists the group with its bridge, and calls the bridge no stranger', async () => {
        const card = await cardAt(new FakePciTree().intelGraphics().nvidiaCard(), '0000:01:00.0');

        expect(card.group?.id).toBe('14');
        expect(addressesOf(card.group?.members ?? [])).toContain('0000:00:01.0');
        expect(card.strangers).toEqual([]);
    });

    it('names strangers in the group', async () => {
        const card = await cardAt(
            new FakePciTree().intelGraphics().nvidiaCard().stranger('14'),
            '0000:01:00.0',
        );

        expect(addressesOf(card.strangers)).toEqual(['0000:02:00.0']);
        expect(card.strangers[0]?.driver).toBe('nvme');
    });

    it('keeps the USB and sound of a processor apart from its graphics', async () => {
        const fake = new FakePciTree().amdGraphics().amdCard();

        expect(addressesOf((await cardAt(fake, '0000:0a:00.0')).functions)).toEqual([
            '0000:0a:00.0',
            '0000:0a:00.1',
        ]);
        expect(addressesOf((await cardAt(fake, '0000:03:00.0')).functions)).toEqual([
            '0000:03:00.0',
            '0000:03:00.1',
        ]);
    });

    it('takes a sound function of another vendor for the card’s when it is in its slot and group', async () => {
        const card = await cardAt(new FakePciTree().labCards(), '0000:01:00.0');

        expect(addressesOf(card.functions)).toEqual(['0000:01:00.0', '0000:01:00.1']);
        expect(card.strangers).toEqual([]);
    });

    it('sees a laptop’s 3D controller, which has no boot_vga', async () => {
        const card = await cardAt(new FakePciTree().intelGraphics().laptopChip(), '0000:01:00.0');

        expect(card.display.classCode).toBe(0x030200);
        expect(card.bootVga).toBeNull();
    });

    it('makes a card of each virtual function, and none of a second display function', async () => {
        const fake = new FakePciTree()
            .intelGraphics()
            .device('0000:00:02.1', 0x030000, '8086:4680', {group: '1', virtualOf: '0000:00:02.0'})
            .device('0000:05:00.0', 0x030000, '102b:0534', {group: '3'})
            .device('0000:05:00.1', 0x038000, '102b:0534', {group: '3'});
        const {cards} = await new PciReader(fake.root).read();

        expect(addressesOf(cards.map(card => card.display))).toEqual([
            '0000:00:02.0',
            '0000:00:02.1',
            '0000:05:00.0',
        ]);
        expect(addressesOf(cards[0]?.functions ?? [])).toEqual(['0000:00:02.0']);
        expect(addressesOf(cards[2]?.functions ?? [])).toEqual(['0000:05:00.0', '0000:05:00.1']);
    });

    it('finds no groups without an IOMMU', async () => {
        const fake = new FakePciTree().withoutIommu().intelGraphics().nvidiaCard();
        const tree = await new PciReader(fake.root).read();

        expect(tree.iommu).toBeFalse();
        expect(tree.cards[1]?.group).toBeNull();
        expect(tree.cards[1]?.functions.length).toBe(4);
    });

    it('finds nothing where there is nothing', async () => {
        const nothing: PciTree = {cards: [], iommu: false};

        expect(await new PciReader(new FakePciTree().root).read()).toEqual(nothing);
        expect(
            await new PciReader({sys: '/nowhere', proc: '/nowhere', dev: '/nowhere', run: '/nowhere'}).read(),
        ).toEqual(nothing);
    });

    it('reads this machine’s own tree, whatever is in it', async () => {
        const {cards} = await new PciReader(THIS_MACHINE).read();

        for (const {display, functions} of cards) {
            expect(isPciAddress(display.address)).toBeTrue();
            expect(functions[0]).toBe(display);
        }

        expect(Array.isArray(cards)).toBeTrue();
    });

    it('leaves a function out that says nothing or nonsense about itself', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard();
        putFile(`${fake.kernel.device('0000:01:00.3').folder}/class`, 'nonsense\n');
        drop(`${fake.kernel.device('0000:01:00.2').folder}/vendor`);

        expect(addressesOf((await cardAt(fake, '0000:01:00.0')).functions)).toEqual([
            '0000:01:00.0',
            '0000:01:00.1',
        ]);
    });

    it('follows bindings and numbers from one read to the next', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const reader = new PciReader(fake.root);
        await reader.read();
        const holder = fake.processes.start({comm: 'blender'});
        holder.open('/dev/dri/card1', '226:1');
        await fake.kernel.write(`${fake.root.sys}/bus/pci/drivers/amdgpu/unbind`, '0000:03:00.0');
        const unbound = (await reader.read()).cards[1];
        await fake.kernel.write(`${fake.root.sys}/bus/pci/drivers_probe`, '0000:03:00.0');
        const back = (await reader.read()).cards[1];

        expect(unbound?.display.driver).toBeNull();
        expect(unbound?.drmNodes).toEqual([]);
        expect(back?.display.driver).toBe('amdgpu');
        expect(back?.drmNodes).toEqual(['card2', 'renderD129']);
    });

    it('reads anew what is at an address once something else is there', async () => {
        const fake = new FakePciTree().intelGraphics().arcCard();
        const reader = new PciReader(fake.root);
        await reader.read();
        fake.kernel.vanish('0000:03:00.0');
        const gone = await reader.read();
        fake.amdCard();
        const other = await reader.read();

        expect(gone.cards.length).toBe(1);
        expect(other.cards[1]?.display.vendor).toBe('1002');
    });
});

describe('The identity of a card', () => {
    const address = '0000:01:00.0';

    it('is what it is, not where', async () => {
        const card = await cardAt(new FakePciTree().nvidiaCard(), address);

        expect(identityOf(card.display)).toBe('10de:1e84:1043:8728');
    });

    it('finds a card that has moved', async () => {
        const identity = identityOf((await cardAt(new FakePciTree().nvidiaCard(), address)).display);
        const {cards} = await new PciReader(new FakePciTree().nvidiaCard('0000:04:00').root).read();
        const resolution = resolveCard(cards, {identity, address});

        expect(resolution.found?.display.address).toBe('0000:04:00.0');
        expect(resolution).toEqual(jasmine.objectContaining({moved: true}));
    });

    it('does not guess between two alike', async () => {
        const fake = new FakePciTree().nvidiaCard('0000:04:00', '30').nvidiaCard('0000:05:00', '31');
        const {cards} = await new PciReader(fake.root).read();
        const identity = '10de:1e84:1043:8728';

        expect(resolveCard(cards, {identity, address})).toEqual({found: null, because: 'ambiguous'});
        expect(resolveCard(cards, {identity, address: '0000:05:00.0'}).found?.display.address).toBe(
            '0000:05:00.0',
        );
    });

    it('does not take another card at the same address for it', async () => {
        const {cards} = await new PciReader(new FakePciTree().amdCard('0000:01:00').root).read();

        expect(resolveCard(cards, {identity: '10de:1e84:1043:8728', address})).toEqual({
            found: null,
            because: 'absent',
        });
    });
});

describe('The details of a card', () => {
    it('tell its sockets, power and resets', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard();
        const intel = await readCardDetails(fake.root, await cardAt(fake, '0000:00:02.0'));
        const nvidia = await readCardDetails(fake.root, await cardAt(fake, '0000:01:00.0'));

        expect(intel.connectors).toEqual([
            {name: 'DP-1', connected: true, enabled: true},
            {name: 'HDMI-A-1', connected: false, enabled: false},
        ]);
        expect(intel.resetMethods).toBeNull();
        expect(nvidia.resetMethods).toEqual(['flr', 'bus']);
        expect(nvidia.power).toEqual({
            state: 'D0',
            runtimeStatus: null,
            mayRuntimeSuspend: null,
            d3coldAllowed: true,
        });
    });

    it('tell the link of a card that is awake, and ask no sleeping one', async () => {
        const link = {
            current_link_speed: '2.5 GT/s PCIe',
            current_link_width: '8',
            max_link_speed: '16.0 GT/s PCIe',
            max_link_width: '16',
        };
        const fake = new FakePciTree()
            .device('0000:01:00.0', 0x030000, '10de:1e84', {attributes: link})
            .device('0000:02:00.0', 0x030200, '10de:25a2', {
                attributes: {...link, 'power/runtime_status': 'suspended'},
            });

        expect((await readCardDetails(fake.root, await cardAt(fake, '0000:01:00.0'))).link).toEqual({
            speed: 2.5,
            width: 8,
            mostSpeed: 16,
            mostWidth: 16,
        });
        expect((await readCardDetails(fake.root, await cardAt(fake, '0000:02:00.0'))).link).toBeNull();
    });

    it('tell how much memory is shown at once, and how much could be', async () => {
        const resource = [
            '0x0000000082000000 0x0000000082ffffff 0x0000000000040200',
            '0x0000006000000000 0x000000600fffffff 0x000000000014220c',
            '0x0000000000000000 0x0000000000000000 0x0000000000000000',
            '0x0000006010000000 0x0000006011ffffff 0x000000000014220c',
        ].join('\n');
        const fake = new FakePciTree().device('0000:01:00.0', 0x030000, '10de:1e84', {
            attributes: {resource, resource1_resize: '0000000000007fc0'},
        });
        const {aperture} = await readCardDetails(fake.root, await cardAt(fake, '0000:01:00.0'));

        expect(aperture).toEqual({bytes: 256 * 2 ** 20, mostBytes: 16 * 2 ** 30});
    });
});

describe('A PCI address', () => {
    it('is told from other texts', () => {
        expect(isPciAddress('0000:01:00.0')).toBeTrue();
        expect(isPciAddress('10000:e1:00.0')).toBeTrue();
        for (const text of [
            '',
            '01:00.0',
            '0000:01:00.8',
            '0000:01:20.0',
            '0000:01:00.0\n',
            '../0000:01:00.0',
        ])
            expect(isPciAddress(text)).withContext(text).toBeFalse();
        expect(slotOf('0000:01:00.3')).toBe('0000:01:00');
    });

    it('is understood as others write it', () => {
        expect(parsePciAddress('1:0.0')).toBe('0000:01:00.0');
        expect(parsePciAddress('0000:0A:00.1')).toBe('0000:0a:00.1');
        expect(parsePciAddress('pci_0000_01_00_0')).toBe('0000:01:00.0');
        expect(parsePciAddress('01:00')).toBeNull();
    });
});

describe('A vfio driver', () => {
    it('is vfio-pci, or one made for a device', () => {
        for (const name of ['vfio-pci', 'vfio_pci', 'nvgrace-gpu-vfio-pci', 'mlx5_vfio_pci'])
            expect(isVfioDriver(name)).withContext(name).toBeTrue();
        for (const name of [null, 'nvidia', 'virtio-pci', 'pci-stub', 'novfio'])
            expect(isVfioDriver(name)).withContext(String(name)).toBeFalse();
    });
});

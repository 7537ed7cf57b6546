// SPDX-License-Identifier: GPL-3.0-or-later
import type {Followed} from '../../../shared/gpu/followed.js';
import type {Gpu} from '../../../shared/gpu/gpu.js';
import {GpuList} from '../../../shared/gpu/gpuList.js';
import {RecordFolder, recordPath} from '../../../shared/gpu/handover/recordFiles.js';
import {serializeUndoRecord, type UndoRecord} from '../../../shared/gpu/handover/undoRecord.js';
import type {KernelEvents} from '../../../shared/gpu/kernelEvents.js';
import type {Claim} from '../../../shared/gpu/owner.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {drop, putFile} from '../../fakes/pci/files.js';
import {waitFor} from '../../harness/deadline.js';

class FakeClaims implements Followed<Claim> {
    current: readonly Claim[] = [];
    #changed: (() => void) | null = null;

    get followed(): boolean {
        return this.#changed !== null;
    }

    follow(changed: () => void): () => void {
        this.#changed = changed;
        return () => (this.#changed = null);
    }

    set(...claims: Claim[]): void {
        this.current = claims;
        this.#changed?.();
    }
}

function eventsOf(fake: FakePciTree): KernelEvents {
    return {
        follow: callback =>
            fake.kernel.onEvent((action, subsystem, address) => callback({action, subsystem, address})),
    };
}

const windows: Claim = {
    machine: 'system/windows',
    name: 'windows',
    running: true,
    addresses: ['0000:03:00.0', '0000:03:00.1'],
};

describe('GpuList', () => {
    let fake: FakePciTree;
    let claims: FakeClaims;
    let lists: GpuList[];

    function open(machine: FakePciTree, handovers?: RecordFolder): GpuList {
        fake = machine;
        claims = new FakeClaims();
        const list = new GpuList({
            root: fake.root,
            events: eventsOf(fake),
            claims,
            ...(handovers ? {handovers} : {}),
        });
        lists.push(list);
        return list;
    }

    async function opened(machine: FakePciTree): Promise<GpuList> {
        const list = open(machine);
        await waitFor('the list', () => list.filled);
        return list;
    }

    function writer(path: string, value: string): Promise<void> {
        return fake.kernel.write(`${fake.root.sys}/bus/pci/${path}`, value);
    }

    beforeEach(() => (lists = []));

    afterEach(() => {
        for (const list of lists) list.close();
    });

    it('lists the cards by address, with their names', async () => {
        const list = await opened(new FakePciTree().intelGraphics().nvidiaCard());

        expect(list.gpus.length).toBe(2);
        expect(list.gpus.map(gpu => [gpu.address, gpu.vendor, gpu.driver, gpu.ownerKind])).toEqual([
            ['0000:00:02.0', 'Intel', 'i915', 'linux'],
            ['0000:01:00.0', 'NVIDIA', 'nvidia', 'linux'],
        ]);
        expect(list.gpus[1]?.name).toBe('NVIDIA GeForce RTX 2070 SUPER');
        expect(list.gpus[1]?.identity).toBe('10de:1e84:1043:8728');
        expect(list.byAddress('0000:01:00.3')).toBe(list.gpus[1]);
        expect(list.iommu).toBeTrue();
    });

    it('is empty on a machine without cards', async () => {
        const list = await opened(new FakePciTree());

        expect(list.gpus.length).toBe(0);
        expect(list.iommu).toBeFalse();
    });

    it('follows the driver from one side to the other, with one signal for a burst', async () => {
        const list = await opened(new FakePciTree().intelGraphics().amdCard());
        const gpu = list.gpus[1]!;
        fake.kernel.loadNow('vfio_pci');
        const seen: string[] = [];
        list.connect('changed', (_list, changed: Gpu) =>
            seen.push(`${changed.address} ${changed.ownerKind}`),
        );
        for (const [address, driver] of [
            ['0000:03:00.1', 'snd_hda_intel'],
            ['0000:03:00.0', 'amdgpu'],
        ] as const) {
            await writer(`devices/${address}/driver_override`, 'vfio-pci');
            await writer(`drivers/${driver}/unbind`, address);
            await writer('drivers_probe', address);
        }
        await waitFor('vfio', () => gpu.ownerKind === 'vfio');
        await list.refresh();

        expect(gpu.driver).toBe('vfio-pci');
        expect(seen.at(-1)).toBe('0000:03:00.0 vfio');
        expect(seen).toContain('0000:03:00.0 between');
        expect(seen.length).toBeLessThan(6);
    });

    it('follows machines that come and go', async () => {
        const list = await opened(new FakePciTree().intelGraphics().amdCard());
        const gpu = list.gpus[1]!;
        fake.kernel.loadNow('vfio_pci');
        claims.set({...windows, running: false});
        await list.refresh();

        expect(gpu.claims.map(({name}) => name)).toEqual(['windows']);
        expect(gpu.ownerKind).toBe('linux');
        claims.set(windows);
        await waitFor('the machine', () => gpu.ownerKind === 'between');
    });

    it('keeps a card’s object when it is found at another address', async () => {
        const list = await opened(new FakePciTree().intelGraphics().nvidiaCard());
        const gpu = list.gpus[1]!;
        let moved = 0;
        gpu.connect('notify::address', () => moved++);
        for (let index = 0; index < 4; index++) {
            const spec = fake.kernel.device(`0000:01:00.${index}`).spec;
            fake.kernel.vanish(spec.address);
            fake.kernel.plug(spec, `0000:04:00.${index}`);
        }
        await waitFor('the new address', () => gpu.address === '0000:04:00.0');

        expect(list.gpus[1]).toBe(gpu);
        expect(moved).toBe(1);
        expect(gpu.present).toBeTrue();
    });

    it('drops a card that falls off the bus', async () => {
        const list = await opened(new FakePciTree().intelGraphics().arcCard());
        const gpu = list.gpus[1]!;
        const changes: number[][] = [];
        list.connect('items-changed', (_list, at: number, removed: number, added: number) =>
            changes.push([at, removed, added]),
        );
        fake.kernel.vanish('0000:03:00.0');
        await waitFor('its going', () => !gpu.present);

        expect(list.gpus.length).toBe(1);
        expect(changes).toEqual([[0, 2, 1]]);
    });

    it('says nothing when nothing is different', async () => {
        const list = await opened(new FakePciTree().intelGraphics().nvidiaCard());
        let signals = 0;
        list.connect('changed', () => signals++);
        list.connect('items-changed', () => signals++);
        await list.refresh();
        claims.set();
        await list.refresh();

        expect(signals).toBe(0);
    });

    it('follows the records of handovers', async () => {
        const machine = new FakePciTree().intelGraphics().nvidiaCard();
        const records = new RecordFolder(machine.root);
        const path = recordPath(machine.root, '0000:01:00.0')!;
        const record: UndoRecord = {
            version: 1,
            id: '0000:01:00.0',
            card: {identity: '10de:1e84:1043:8728', address: '0000:01:00.0'},
            direction: 'take',
            phase: 'moving',
            step: 'services',
            by: 'uid 1000',
            startedAtMs: 1,
            functions: [{address: '0000:01:00.0', driver: 'nvidia', override: null}],
            native: false,
            modules: ['nvidia'],
            services: [],
            hadNodes: true,
            problem: null,
        };
        putFile(`${machine.root.run}/handover/other.txt`, 'not a record');
        const list = open(machine, records);
        await waitFor('the list', () => list.filled);
        const gpu = list.gpus[1]!;

        expect(gpu.ownerKind).toBe('linux');
        putFile(path, serializeUndoRecord(record));
        await waitFor('the handover', () => gpu.ownerKind === 'between');

        expect(gpu.owner).toEqual(
            jasmine.objectContaining({handover: jasmine.objectContaining({step: 'services'})}),
        );
        drop(path);
        await waitFor('its end', () => gpu.ownerKind === 'linux');
        records.close();
    });

    it('looks again when something changes while it looks', async () => {
        fake = new FakePciTree().intelGraphics().amdCard();
        let open = (): void => undefined;
        let looks = 0;
        const handovers = {
            current: [],
            follow: () => () => undefined,
            // The second look is held up after it has read the cards.
            refresh: () =>
                ++looks === 2 ? new Promise<void>(resolve => (open = resolve)) : Promise.resolve(),
        };
        const list = new GpuList({root: fake.root, events: eventsOf(fake), handovers});
        lists.push(list);
        await waitFor('the list', () => list.filled);
        const looking = list.refresh();
        await waitFor('the second look', () => looks === 2);
        await writer('drivers/amdgpu/unbind', '0000:03:00.0');
        open();
        await looking;

        expect(list.gpus[1]?.driver).toBe('');
    });

    it('stops looking once it is closed', async () => {
        const machine = new FakePciTree().intelGraphics().amdCard();
        // The pretended machine itself tells other processes of its events.
        const own = machine.kernel.followers;
        const list = await opened(machine);
        expect(machine.kernel.followers).toBe(own + 1);
        const gpu = list.gpus[1]!;
        list.close();

        expect([claims.followed, fake.kernel.followers]).toEqual([false, own]);
        await writer('drivers/amdgpu/unbind', '0000:03:00.0');
        await list.refresh();

        expect(gpu.driver).toBe('amdgpu');
    });
});

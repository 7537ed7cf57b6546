// SPDX-License-Identifier: GPL-3.0-or-later
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {HandoverLab} from '../../fakes/handoverLab.js';
import {AMD, amdLab, BY, kindsOf, NVIDIA, refusalOf, rejection, VFIO} from './labs.js';

describe('Taking other cards', () => {
    it('works for Intel Arc', async () => {
        const lab = new HandoverLab(new FakePciTree().intelGraphics().arcCard());
        await lab.desk.take(AMD, BY);

        expect(lab.bindings('0000:03:00')).toEqual({'0000:03:00.0': VFIO});
    });

    it('works for a laptop’s 3D controller', async () => {
        const lab = new HandoverLab(new FakePciTree().intelGraphics().laptopChip());
        await lab.desk.take(NVIDIA, BY);

        expect(lab.bindings('0000:01:00')).toEqual({[NVIDIA]: VFIO});
    });

    it('works for the virtual cards of a lab, sound of another vendor included', async () => {
        const lab = new HandoverLab(new FakePciTree().labCards());
        await lab.desk.take(NVIDIA, BY);

        expect(lab.bindings('0000:01:00')).toEqual({[NVIDIA]: VFIO, '0000:01:00.1': VFIO});
    });

    it('works for a card that has no driver', async () => {
        const lab = new HandoverLab(
            new FakePciTree().intelGraphics().device(AMD, 0x030000, '1002:744c', {group: '15'}),
        );
        await lab.desk.take(AMD, BY);

        expect(lab.bindings('0000:03:00')).toEqual({[AMD]: VFIO});
    });

    it('is nothing to do when vfio has it already', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        const lines = lab.fake.kernel.log.length;
        const moved = await lab.desk.take(AMD, BY);

        expect(moved.already).toBeTrue();
        expect(lab.fake.kernel.log.length).toBe(lines);
        expect(lab.journal.map(({result}) => result)).toEqual(['done', 'already']);
    });

    it('is refused while a machine has it', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.use(lab.fake.processes.start({comm: 'qemu-system-x86'}), '/dev/vfio/15');

        expect((await refusalOf(lab.desk.take(AMD, BY))).kind).toBe('with-machine');
    });

    it('is refused while a machine has a part of it, and for no other reason', async () => {
        const lab = new HandoverLab(
            new FakePciTree()
                .intelGraphics()
                .device(AMD, 0x030000, '1002:744c', {group: '15', driver: 'amdgpu'})
                .device('0000:03:00.1', 0x040300, '1002:ab30', {group: '15', driver: 'vfio-pci'}),
        );
        lab.fake.use(lab.fake.processes.start({comm: 'qemu-system-x86'}), '/dev/vfio/15');

        expect(kindsOf(await rejection(lab.desk.take(AMD, BY)))).toEqual(['with-machine']);
    });

    it('is refused for the desktop’s only card', async () => {
        const lab = new HandoverLab(new FakePciTree().withoutConsole().intelGraphics());

        expect((await refusalOf(lab.desk.take('0000:00:02.0', BY))).kind).toBe('only-card');
    });

    it('is refused when the only other card is with vfio itself', async () => {
        const lab = new HandoverLab(
            new FakePciTree()
                .arcCard()
                .device('0000:05:00.0', 0x030000, '1002:744c', {group: '30', driver: 'vfio-pci'}),
        );

        expect((await refusalOf(lab.desk.take(AMD, BY))).kind).toBe('only-card');
    });

    it('is refused for a card that the console draws on', async () => {
        const lab = new HandoverLab(new FakePciTree().intelGraphics().amdCard());

        expect((await refusalOf(lab.desk.take('0000:00:02.0', BY))).kind).toBe('held');
    });

    it('is refused without an IOMMU', async () => {
        const lab = new HandoverLab(new FakePciTree().withoutIommu().intelGraphics().amdCard());

        expect(kindsOf(await rejection(lab.desk.take(AMD, BY)))).toEqual(['no-iommu']);
    });

    it('is refused while strangers in the group are with Linux, by their names', async () => {
        const lab = new HandoverLab(new FakePciTree().intelGraphics().amdCard().stranger('15'));
        const refusal = await refusalOf(lab.desk.take(AMD, BY));

        expect(refusal.kind === 'strangers' && refusal.members.map(({driver}) => driver)).toEqual(['nvme']);
        expect(lab.fake.kernel.log).toEqual([]);
    });

    it('is refused while processes cannot be looked into', async () => {
        const lab = amdLab();
        lab.fake.processes.start({comm: 'secret', closed: true});

        expect(await refusalOf(lab.desk.take(AMD, BY))).toEqual({
            kind: 'uninspected',
            count: 1,
            hidden: false,
        });
    });

    it('is refused for what is no card', async () => {
        const lab = amdLab();
        for (const address of ['0000:03:00.1', '0000:99:00.0', '../../etc/passwd', ''])
            expect((await refusalOf(lab.desk.take(address, BY))).kind)
                .withContext(address)
                .toBe('absent');
    });

    it('is refused while a program is stuck in the kernel with a driver', async () => {
        const lab = amdLab();
        lab.fake.processes.start({comm: 'virtqemud', state: 'D'});
        const refusal = await refusalOf(lab.desk.take(AMD, BY));

        expect(refusal.kind === 'stuck' && refusal.tasks.map(({name}) => name)).toEqual(['virtqemud']);
    });

    it('tells all that speaks against it at once', async () => {
        const lab = new HandoverLab(new FakePciTree().withoutIommu().withoutConsole().arcCard());
        lab.fake.use(lab.fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/card0');

        expect(kindsOf(await rejection(lab.desk.take(AMD, BY)))).toEqual(['no-iommu', 'only-card', 'held']);
    });
});

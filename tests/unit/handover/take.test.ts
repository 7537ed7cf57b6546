// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {HandoverBusy, HandoverFailed, KernelStuck} from '../../../shared/gpu/handover/handoverErrors.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {HandoverLab} from '../../fakes/handoverLab.js';
import {
    AMD,
    AMD_HOME,
    AMD_LENT,
    amdLab,
    BY,
    expectHome,
    kindsOf,
    NVIDIA,
    NVIDIA_HOME,
    NVIDIA_LENT,
    nvidiaLab,
    refusalOf,
    rejection,
    VFIO,
} from './labs.js';

describe('Taking an NVIDIA card', () => {
    it('stops its services, unloads its modules, and gives all functions to vfio', async () => {
        const lab = nvidiaLab();
        const moved = await lab.desk.take(NVIDIA, BY);

        expect(lab.bindings('0000:01:00')).toEqual(NVIDIA_LENT);
        expect(moved.already).toBeFalse();
        expect(moved.steps.map(({id}) => id)).toEqual([
            'check',
            'record',
            'prepare',
            'override',
            'services',
            'holders',
            'unload',
            'unbind',
            'bind',
            'verify',
            'keep',
        ]);
        expect(lab.services.log).toEqual(['stop nvidia-powerd.service', 'stop nvidia-persistenced.service']);
        expect(lab.fake.kernel.modules.loaded).not.toContain('nvidia');
        expect(lab.store.only).toEqual(
            jasmine.objectContaining({
                phase: 'lent',
                by: 'uid 1000',
                services: ['nvidia-powerd.service', 'nvidia-persistenced.service'],
                modules: ['nvidia_drm', 'nvidia_modeset', 'nvidia_uvm', 'nvidia'],
                hadNodes: true,
            }),
        );
    });

    it('overrides every function before anything is unbound, and never unbinds the driver itself', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        const {log} = lab.fake.kernel;

        expect(log).toEqual([
            'modprobe vfio_pci',
            'override 0000:01:00.0 vfio-pci',
            'override 0000:01:00.1 vfio-pci',
            'override 0000:01:00.2 vfio-pci',
            'override 0000:01:00.3 vfio-pci',
            'modprobe -r nvidia_drm nvidia_modeset nvidia_uvm nvidia',
            'unbind nvidia-gpu 0000:01:00.3',
            'unbind xhci_hcd 0000:01:00.2',
            'unbind snd_hda_intel 0000:01:00.1',
            'probe 0000:01:00.0',
            'probe 0000:01:00.1',
            'probe 0000:01:00.2',
            'probe 0000:01:00.3',
        ]);
    });

    it('writes down how things were before the first write', async () => {
        const lab = nvidiaLab();
        let logged = -1;
        lab.fake.kernel.misbehave({
            action: /^modprobe vfio_pci$/,
            before: () => (logged = lab.store.files.size),
        });
        await lab.desk.take(NVIDIA, BY);

        expect(logged).toBe(1);
        expect(lab.store.history[0]).toBe('moving record');
    });

    it('leaves services alone that were not running', async () => {
        const lab = new HandoverLab(new FakePciTree().intelGraphics().nvidiaCard());
        await lab.desk.take(NVIDIA, BY);

        expect(lab.services.log).toEqual([]);
        expect(lab.bindings('0000:01:00')).toEqual(NVIDIA_LENT);
    });

    it('unloads only the modules that are there', async () => {
        const lab = new HandoverLab(
            new FakePciTree()
                .intelGraphics()
                .device(NVIDIA, 0x030000, '10de:1e84', {group: '14', driver: 'nvidia'}),
        );
        await lab.desk.take(NVIDIA, BY);

        expect(lab.fake.kernel.log).toContain('modprobe -r nvidia');
    });

    it('treats it as any other card when nouveau has it', async () => {
        const lab = new HandoverLab(
            new FakePciTree()
                .intelGraphics()
                .device(NVIDIA, 0x030000, '10de:1e84', {group: '14', driver: 'nouveau'}),
        );
        await lab.desk.take(NVIDIA, BY);

        expect(lab.fake.kernel.log).toContain('unbind nouveau 0000:01:00.0');
        expect(lab.bindings('0000:01:00')).toEqual({[NVIDIA]: VFIO});
    });

    it('is refused while another card needs the same modules', async () => {
        const lab = new HandoverLab(new FakePciTree().nvidiaCard().nvidiaCard('0000:02:00', '17'));
        const error = await rejection(lab.desk.take('0000:02:00.0', BY));

        expect(kindsOf(error)).toEqual(['driver-shared']);
        expect(lab.fake.kernel.log).toEqual([]);
    });

    it('goes back when the modules cannot be unloaded, half of them unloaded or not', async () => {
        const lab = nvidiaLab();
        // A holder that comes between the last look and the unloading.
        lab.fake.kernel.misbehave({
            action: /^modprobe -r/,
            times: 1,
            before: () => lab.fake.use(lab.fake.processes.start({comm: 'train'}), '/dev/nvidia-uvm'),
        });
        const error = await rejection(lab.desk.take(NVIDIA, BY));

        expect(error).toBeInstanceOf(HandoverFailed);
        expect(error).toEqual(jasmine.objectContaining({step: 'unload', restored: true, direction: 'take'}));
        expectHome(lab, '0000:01:00', NVIDIA_HOME);
        expect(lab.fake.kernel.modules.loaded).toContain('nvidia_drm');
        expect(lab.services.log.slice(-2)).toEqual([
            'start nvidia-persistenced.service',
            'start nvidia-powerd.service',
        ]);
    });

    it('goes back when a service comes back by itself and holds on', async () => {
        const lab = nvidiaLab();
        lab.fake.kernel.misbehave({action: /^override .*3 vfio/, times: 1});
        const {stop} = lab.services;
        lab.services.stop = async unit => {
            await stop.call(lab.services, unit);
            if (unit === 'nvidia-persistenced.service') await lab.services.start(unit);
        };
        const error = await rejection(lab.desk.take(NVIDIA, BY));

        expect(kindsOf(error)).toEqual(['held']);
        expectHome(lab, '0000:01:00', NVIDIA_HOME);
        expect(
            lab.fake.kernel.log.some(line => line.startsWith('unbind') || line.includes('-r')),
        ).toBeFalse();
    });

    it('goes back when a service cannot be stopped', async () => {
        const lab = nvidiaLab();
        lab.services.failing.add('stop nvidia-powerd.service');
        const error = await rejection(lab.desk.take(NVIDIA, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'services', restored: true}));
        expectHome(lab, '0000:01:00', NVIDIA_HOME);
    });

    it('goes back when a service hangs as it is stopped', async () => {
        const lab = nvidiaLab();
        lab.services.hanging.add('stop nvidia-persistenced.service');
        const error = await rejection(lab.desk.take(NVIDIA, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'services', restored: true}));
        expectHome(lab, '0000:01:00', NVIDIA_HOME);
        expect(lab.services.log.at(-1)).toBe('start nvidia-powerd.service');
    });

    it('stops at once when unloading hangs in the kernel', async () => {
        const lab = nvidiaLab();
        lab.fake.kernel.misbehave({action: /^modprobe -r/, hang: true});
        const error = await rejection(lab.desk.take(NVIDIA, BY));
        const {log} = lab.fake.kernel;

        expect(error).toBeInstanceOf(KernelStuck);
        expect(error).toEqual(jasmine.objectContaining({step: 'unload'}));
        expect(log.at(-1)).toMatch(/^modprobe -r/);
        expect(lab.store.only).toEqual(jasmine.objectContaining({phase: 'stuck', step: 'unload'}));
        expect(lab.services.log.some(line => line.startsWith('start'))).toBeFalse();
    });
});

describe('Taking an AMD card', () => {
    it('unbinds its functions and leaves the module to the other card', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);

        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
        expect(lab.bindings('0000:0a:00')['0000:0a:00.0']).toBe('amdgpu');
        expect(lab.fake.kernel.log).toEqual([
            'modprobe vfio_pci',
            'override 0000:03:00.0 vfio-pci',
            'override 0000:03:00.1 vfio-pci',
            'unbind snd_hda_intel 0000:03:00.1',
            'unbind amdgpu 0000:03:00.0',
            'probe 0000:03:00.0',
            'probe 0000:03:00.1',
        ]);
    });

    it('is refused while a program draws with it, by its name', async () => {
        const lab = amdLab();
        lab.fake.use(lab.fake.processes.start({comm: 'blender'}), '/dev/dri/renderD129');
        const refusal = await refusalOf(lab.desk.take(AMD, BY));

        expect(refusal.kind === 'held' && refusal.holders.processes.map(({name}) => name)).toEqual([
            'blender',
        ]);
        expect(lab.fake.kernel.log).toEqual([]);
        expect(lab.store.history).toEqual([]);
    });

    it('is refused while a program has its sound open, which would hang', async () => {
        const lab = amdLab();
        lab.fake.use(lab.fake.processes.start({comm: 'mpv'}), '/dev/snd/pcmC2D3p');

        expect((await refusalOf(lab.desk.take(AMD, BY))).kind).toBe('held');
        expect(lab.fake.kernel.log).toEqual([]);
    });

    it('is refused while a program has its I²C bus open, which would hang', async () => {
        const lab = amdLab();
        lab.fake.use(lab.fake.processes.start({comm: 'openrgb'}), '/dev/i2c-1');

        expect((await refusalOf(lab.desk.take(AMD, BY))).kind).toBe('held');
    });

    it('waits for a holder that appears after the check and goes again', async () => {
        const lab = amdLab();
        const {clock, kernel, processes} = lab.fake;
        kernel.misbehave({
            action: /^override .*1 vfio/,
            times: 1,
            after: () => {
                const short = processes.start({comm: 'vainfo'});
                lab.fake.use(short, '/dev/dri/renderD129');
                clock.after(600, () => short.exit());
            },
        });
        const moved = await lab.desk.take(AMD, BY);

        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
        expect(moved.steps.find(({id}) => id === 'holders')?.ms).toBe(750);
    });

    it('goes back when a holder appears after the check and stays', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({
            action: /^override .*1 vfio/,
            times: 1,
            after: () => lab.fake.use(lab.fake.processes.start({comm: 'blender'}), '/dev/dri/renderD129'),
        });
        const error = await rejection(lab.desk.take(AMD, {...BY, waitMs: 2000}));

        expect(kindsOf(error)).toEqual(['held']);
        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(lab.fake.clock.nowMs()).toBe(2000);
    });

    it('goes back when vfio does not take a function', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^probing 0000:03:00.1 vfio-pci/, fail: 'refused'});
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'verify', restored: true}));
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('goes back when the kernel refuses to unbind', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^unbind amdgpu/, fail: 'Device or resource busy'});
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'unbind', restored: true}));
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('goes back when an override cannot be written', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^override .*1 vfio/, fail: 'Input/output error'});
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'override', restored: true}));
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('goes back when probing is refused', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^probe 0000:03:00.1/, fail: 'No such device', times: 1});
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'bind', restored: true}));
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('changes nothing when vfio is not installed', async () => {
        const lab = amdLab();
        lab.fake.kernel.modules.missing.add('vfio_pci');
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'prepare', restored: true}));
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('stops when the sound hangs, and says where things stand', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({
            action: /^unbind snd_hda_intel/,
            before: () => lab.fake.use(lab.fake.processes.start({comm: 'pipewire'}), '/dev/snd/controlC2'),
        });
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toBeInstanceOf(KernelStuck);
        expect(error instanceof KernelStuck && error.waitingFor[0]).toContain('snd_hda_intel/unbind');
        expect(lab.bindings('0000:03:00')['0000:03:00.0']).toBe('amdgpu');
        expect(lab.store.only?.phase).toBe('stuck');
    });

    it('lets udev probe again in between, since the override is there already', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({
            action: /^unbind /,
            after: () => {
                for (const address of ['0000:03:00.0', '0000:03:00.1'])
                    void lab.fake.kernel.write(`${lab.fake.root.sys}/bus/pci/drivers_probe`, address);
            },
        });
        await lab.desk.take(AMD, BY);

        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
    });

    it('goes back when another program clears the override and the old driver returns', async () => {
        const lab = amdLab();
        const {kernel, root} = lab.fake;
        kernel.misbehave({
            action: /^unbind amdgpu/,
            times: 1,
            after: () => {
                kernel.device(AMD).setOverride(null);
                void kernel.write(`${root.sys}/bus/pci/drivers_probe`, AMD);
            },
        });
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({restored: true}));
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('says so when the card falls off the bus midway', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({
            action: /^unbind amdgpu/,
            before: () => {
                for (const address of ['0000:03:00.0', '0000:03:00.1']) lab.fake.kernel.vanish(address);
            },
        });
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(
            jasmine.objectContaining({
                restored: false,
                standing: [
                    {address: '0000:03:00.0', driver: 'gone'},
                    {address: '0000:03:00.1', driver: 'gone'},
                ],
            }),
        );
        expect(lab.store.only?.phase).toBe('failed');
    });

    it('is put back as it was when it had an override before', async () => {
        const lab = amdLab();
        lab.fake.kernel.device('0000:03:00.1').setOverride('snd_hda_intel');
        lab.fake.kernel.misbehave({action: /^unbind amdgpu/, fail: 'busy', times: 1});
        await rejection(lab.desk.take(AMD, BY));

        expect(lab.overrides('0000:03:00')).toEqual({'0000:03:00.1': 'snd_hda_intel'});
    });
});

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

describe('A handover', () => {
    it('can be called off while it waits for holders, and goes back', async () => {
        const lab = amdLab();
        const cancellable = new Gio.Cancellable();
        lab.fake.kernel.misbehave({
            action: /^override .*1 vfio/,
            times: 1,
            after: () => {
                lab.fake.use(lab.fake.processes.start({comm: 'blender'}), '/dev/dri/renderD129');
                lab.fake.clock.after(700, () => cancellable.cancel());
            },
        });
        const error = await rejection(lab.desk.take(AMD, {...BY, cancellable}));

        expect(error).toBeInstanceOf(CancelledError);
        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(lab.journal.at(-1)?.result).toBe('cancelled');
    });

    it('is one at a time: who comes second is told which card is being moved', async () => {
        const lab = amdLab();
        const first = lab.desk.take(AMD, BY);
        const error = await rejection(lab.desk.take(AMD, BY));
        const other = await rejection(lab.desk.giveBack(AMD, BY));
        await first;

        expect(error).toBeInstanceOf(HandoverBusy);
        expect(error).toEqual(jasmine.objectContaining({address: AMD}));
        expect(other).toBeInstanceOf(HandoverBusy);
        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
        expect(lab.desk.busyWith).toBeNull();
    });

    it('is not begun when its record cannot be written', async () => {
        const lab = amdLab();
        lab.store.full = true;
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'record', restored: true}));
        expect(lab.bindings('0000:03:00')).toEqual(AMD_HOME);
        expect(lab.fake.kernel.log).toEqual([]);
    });

    it('goes back when its record cannot be kept up', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^unbind amdgpu/, after: () => (lab.store.full = true)});
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({restored: true}));
        expect(lab.bindings('0000:03:00')).toEqual(AMD_HOME);
        expect(lab.overrides('0000:03:00')).toEqual({});
    });

    it('tells of each step as it begins, and leaves a line in the journal', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);

        expect(lab.steps).toEqual([
            'take prepare',
            'take override',
            'take holders',
            'take unbind',
            'take bind',
            'take verify',
            'take keep',
        ]);
        expect(lab.journal).toEqual([
            jasmine.objectContaining({
                address: AMD,
                direction: 'take',
                by: 'uid 1000',
                result: 'done',
                problem: null,
            }),
        ]);
    });

    it('says that it went back when taking failed and going back failed, too', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^probing 0000:03:00.1 vfio-pci/, fail: 'refused'});
        lab.fake.kernel.misbehave({action: /^probing 0000:03:00.0 amdgpu/, fail: 'refused'});
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(
            jasmine.objectContaining({
                direction: 'take',
                step: 'verify',
                restored: false,
                standing: [
                    {address: '0000:03:00.0', driver: null},
                    {address: '0000:03:00.1', driver: 'snd_hda_intel'},
                ],
            }),
        );
        expect(lab.store.only?.phase).toBe('failed');
        expect((await refusalOf(lab.desk.take(AMD, BY))).kind).toBe('unfinished');
    });
});

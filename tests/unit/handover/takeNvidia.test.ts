// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverFailed, KernelStuck} from '../../../shared/gpu/handover/handoverErrors.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {HandoverLab} from '../../fakes/handoverLab.js';
import {
    BY,
    expectHome,
    kindsOf,
    NVIDIA,
    NVIDIA_HOME,
    NVIDIA_LENT,
    nvidiaLab,
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
        lab.services.stubborn.add('nvidia-persistenced.service');
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

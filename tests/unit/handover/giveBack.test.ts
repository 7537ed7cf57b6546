// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverFailed, HandoverRefused, KernelStuck} from '../../../shared/gpu/handover/handoverErrors.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {HandoverLab} from '../../fakes/handoverLab.js';
import {
    AMD,
    AMD_HOME,
    AMD_LENT,
    amdLab,
    BY,
    expectHome,
    lentByHand,
    NVIDIA,
    NVIDIA_HOME,
    nvidiaLab,
    refusalOf,
    rejection,
    VFIO,
} from './labs.js';

describe('Giving an NVIDIA card back', () => {
    it('loads the modules, binds the old drivers and starts the services again', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        lab.fake.kernel.log.length = 0;
        const moved = await lab.desk.giveBack(NVIDIA, BY);

        expectHome(lab, '0000:01:00', NVIDIA_HOME);
        expect(moved.steps.map(({id}) => id)).toEqual([
            'check',
            'holders',
            'override',
            'unbind',
            'load',
            'bind',
            'release',
            'verify',
            'services',
            'forget',
        ]);
        expect(lab.fake.kernel.log).toEqual([
            'override 0000:01:00.0 nvidia',
            'override 0000:01:00.1 snd_hda_intel',
            'override 0000:01:00.2 xhci_hcd',
            'override 0000:01:00.3 nvidia-gpu',
            'unbind vfio-pci 0000:01:00.0',
            'unbind vfio-pci 0000:01:00.1',
            'unbind vfio-pci 0000:01:00.2',
            'unbind vfio-pci 0000:01:00.3',
            'modprobe nvidia',
            'modprobe nvidia_uvm',
            'modprobe nvidia_modeset',
            'modprobe nvidia_drm',
            'probe 0000:01:00.1',
            'probe 0000:01:00.2',
            'probe 0000:01:00.3',
            'override 0000:01:00.0 -',
            'override 0000:01:00.1 -',
            'override 0000:01:00.2 -',
            'override 0000:01:00.3 -',
        ]);
        expect(lab.services.log.slice(-2)).toEqual([
            'start nvidia-persistenced.service',
            'start nvidia-powerd.service',
        ]);
    });

    it('fails when the driver’s modules are gone, as after an update of the kernel', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        lab.fake.kernel.modules.missing.add('nvidia');
        const error = await rejection(lab.desk.giveBack(NVIDIA, BY));

        expect(error).toEqual(jasmine.objectContaining({direction: 'return', step: 'load', restored: false}));
        expect(lab.store.only).toEqual(jasmine.objectContaining({phase: 'failed', direction: 'return'}));
        expect(lab.store.only?.problem).toContain('nvidia not found');
    });

    it('works when it is tried again after what was in the way is gone', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        lab.fake.kernel.modules.missing.add('nvidia');
        await rejection(lab.desk.giveBack(NVIDIA, BY));
        lab.fake.kernel.modules.missing.clear();
        await lab.desk.giveBack(NVIDIA, BY);

        expectHome(lab, '0000:01:00', NVIDIA_HOME);
    });

    it('stops when loading hangs in the kernel', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        lab.fake.kernel.misbehave({action: /^modprobe nvidia$/, hang: true});
        const error = await rejection(lab.desk.giveBack(NVIDIA, BY));

        expect(error).toBeInstanceOf(KernelStuck);
        expect(lab.store.only).toEqual(jasmine.objectContaining({phase: 'stuck', step: 'load'}));
        expect((await refusalOf(lab.desk.giveBack(NVIDIA, BY))).kind).toBe('stuck');
    });

    it('goes on once the kernel has come back after all', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        lab.fake.kernel.misbehave({action: /^modprobe nvidia$/, hang: true, times: 1});
        await rejection(lab.desk.giveBack(NVIDIA, BY));
        lab.fake.kernel.release();
        await new Promise<void>(resolve => setTimeout(() => resolve(), 20));

        // The program that loads modules ends its work; the handover does not go on.
        expect(lab.fake.kernel.log.at(-1)).toBe('modprobe nvidia_drm');
        expect(lab.store.only?.phase).toBe('stuck');
        await lab.desk.giveBack(NVIDIA, BY);

        expectHome(lab, '0000:01:00', NVIDIA_HOME);
    });

    it('fails when a service does not start, and says so', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        lab.services.failing.add('start nvidia-powerd.service');
        const error = await rejection(lab.desk.giveBack(NVIDIA, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'services'}));
        expect(lab.bindings('0000:01:00')).toEqual(NVIDIA_HOME);
    });
});

describe('Giving an AMD card back', () => {
    it('is verified by reading back, graphics nodes included', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        await lab.desk.giveBack(AMD, BY);

        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(lab.fake.kernel.device(AMD).nodes.map(({path}) => path)).toContain('dri/card1');
    });

    it('does not mind another card number, while a program keeps the old node', async () => {
        const lab = amdLab();
        const program = lab.fake.processes.start({comm: 'gnome-shell'});
        program.open('/dev/dri/card1 (deleted)', '226:1');
        await lab.desk.take(AMD, BY).catch(() => undefined);
        program.exit();
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.plug({
            address: '0000:07:00.0',
            classCode: 0x030000,
            id: '1a03:2000',
            driver: 'amdgpu',
        });
        lab.fake.kernel.bindNow(lab.fake.kernel.device('0000:07:00.0'), 'amdgpu');
        await lab.desk.giveBack(AMD, BY);

        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(lab.fake.kernel.device(AMD).nodes.map(({path}) => path)).toContain('dri/card2');
    });

    it('waits for a machine that has just ended to let go', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        const qemu = lab.fake.processes.start({comm: 'qemu-system-x86'});
        lab.fake.use(qemu, '/dev/vfio/15');
        lab.fake.clock.after(900, () => qemu.exit());
        const moved = await lab.desk.giveBack(AMD, BY);

        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(moved.steps.find(({id}) => id === 'holders')?.ms).toBe(1000);
    });

    it('is refused at a machine’s end when another one that is just starting opens the card', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.log.length = 0;
        const opens = lab.fake.clock.nowMs() + 1500;
        lab.fake.clock.after(1500, () =>
            lab.fake.use(lab.fake.processes.start({comm: 'qemu-system-x86'}), '/dev/vfio/15'),
        );
        const refusal = await refusalOf(lab.desk.giveBack(AMD, {...BY, afterEnd: true}));

        expect(lab.fake.clock.nowMs()).toBeGreaterThan(opens);
        expect(refusal.kind).toBe('with-machine');
        expect(lab.fake.kernel.log).toEqual([]);
        expect(lab.store.only?.phase).toBe('lent');
    });

    it('looks twice at a machine’s end, and once when somebody has asked for it', async () => {
        for (const [afterEnd, ms] of [
            [true, 2000],
            [false, 0],
        ] as const) {
            const lab = amdLab();
            await lab.desk.take(AMD, BY);
            const {steps} = await lab.desk.giveBack(AMD, {...BY, afterEnd});

            expect(steps.find(({id}) => id === 'holders')?.ms).toBe(ms);
            expectHome(lab, '0000:03:00', AMD_HOME);
        }
    });

    it('is refused while a machine runs with it, and the record stays', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.use(lab.fake.processes.start({comm: 'qemu-system-x86'}), '/dev/vfio/15');
        lab.fake.kernel.log.length = 0;
        const refusal = await refusalOf(lab.desk.giveBack(AMD, BY));

        expect(refusal.kind).toBe('with-machine');
        expect(lab.fake.kernel.log).toEqual([]);
        expect(lab.store.only?.phase).toBe('lent');
        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
    });

    it('is nothing to do when Linux has it', async () => {
        const lab = amdLab();
        const moved = await lab.desk.giveBack(AMD, BY);

        expect(moved.already).toBeTrue();
        expect(lab.fake.kernel.log).toEqual([]);
        expect(lab.store.history).toEqual([]);
    });

    it('is done for a card that somebody else gave to vfio', async () => {
        const lab = amdLab();
        await lentByHand(lab, '0000:03:00');
        await lab.desk.giveBack(AMD, BY);

        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('is done for such a card whose driver is part of the kernel, so that no module answers to it', async () => {
        const lab = new HandoverLab(new FakePciTree().labCards());
        await lentByHand(lab, '0000:01:00');
        await lab.desk.giveBack('0000:01:00.0', BY);

        expectHome(lab, '0000:01:00', {'0000:01:00.0': 'virtio-pci', '0000:01:00.1': 'snd_hda_intel'});
    });

    it('is refused for such a card while a machine runs with it, and leaves no record', async () => {
        const lab = amdLab();
        await lentByHand(lab, '0000:03:00');
        lab.fake.use(lab.fake.processes.start({comm: 'qemu-system-x86'}), '/dev/vfio/15');

        expect((await refusalOf(lab.desk.giveBack(AMD, BY))).kind).toBe('with-machine');
        expect(lab.store.only).toBeNull();
    });

    it('clears the promise of a card that Linux has to vfio, and disturbs nobody who uses it', async () => {
        const lab = amdLab();
        const {kernel, root} = lab.fake;
        lab.fake.use(lab.fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/card1');
        await kernel.write(`${root.sys}/bus/pci/devices/${AMD}/driver_override`, VFIO);
        kernel.log.length = 0;
        expect((await lab.desk.giveBack(AMD, BY)).already).toBeFalse();

        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(kernel.log.filter(action => !action.startsWith('override'))).toEqual([]);
        expect((await lab.desk.giveBack(AMD, BY)).already).toBeTrue();
    });

    it('cleans up after libvirt has given it back itself', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        const {kernel, root} = lab.fake;
        for (const [address, driver] of Object.entries(AMD_HOME)) {
            await kernel.write(`${root.sys}/bus/pci/drivers/vfio-pci/unbind`, address);
            await kernel.write(`${root.sys}/bus/pci/devices/${address}/driver_override`, '\n');
            await kernel.write(`${root.sys}/bus/pci/drivers_probe`, address);

            expect(kernel.device(address).driver?.name).toBe(driver);
        }
        await lab.desk.giveBack(AMD, BY);

        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('is begun anew by taking, after somebody else has given it back', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        const {kernel} = lab.fake;
        for (const address of Object.keys(NVIDIA_HOME)) {
            kernel.device(address).setOverride(null);
            await kernel.write(`${lab.fake.root.sys}/bus/pci/drivers/vfio-pci/unbind`, address);
            await kernel.write(`${lab.fake.root.sys}/bus/pci/drivers_probe`, address);
        }
        await kernel.loadModules(['nvidia', 'nvidia_drm', 'nvidia_uvm']);
        await lab.desk.take(NVIDIA, BY);

        expect(lab.store.only?.services.length).toBe(2);
        expect(Object.values(lab.bindings('0000:01:00'))).toEqual([VFIO, VFIO, VFIO, VFIO]);
        await lab.desk.giveBack(NVIDIA, BY);

        expectHome(lab, '0000:01:00', NVIDIA_HOME);
    });

    for (const [step, action] of [
        ['override', /^override .*0 amdgpu/],
        ['unbind', /^unbind vfio-pci .*1$/],
        ['bind', /^probe /],
        ['release', /^override .* -$/],
    ] as const)
        it(`says where things stand when it fails at “${step}”, and can be tried again`, async () => {
            const lab = amdLab();
            await lab.desk.take(AMD, BY);
            lab.fake.kernel.misbehave({action, fail: 'Input/output error'});
            const error = await rejection(lab.desk.giveBack(AMD, BY));

            expect(error).toBeInstanceOf(HandoverFailed);
            expect(error).toEqual(jasmine.objectContaining({direction: 'return', step, restored: false}));
            expect(lab.store.only?.phase).toBe('failed');
            lab.fake.kernel.behave();
            await lab.desk.giveBack(AMD, BY);

            expectHome(lab, '0000:03:00', AMD_HOME);
        });

    it('fails when the old driver does not want it any more', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.misbehave({action: /^probing 0000:03:00.0 amdgpu/, fail: 'refused'});
        const error = await rejection(lab.desk.giveBack(AMD, BY));

        expect(error).toEqual(
            jasmine.objectContaining({
                step: 'verify',
                standing: [
                    {address: '0000:03:00.0', present: true, driver: null},
                    {address: '0000:03:00.1', present: true, driver: 'snd_hda_intel'},
                ],
            }),
        );
    });

    it('fails when the driver of its sound does not want it any more', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.misbehave({action: /^probing 0000:03:00.1 snd_hda_intel/, fail: 'refused'});
        const error = await rejection(lab.desk.giveBack(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'verify', restored: false}));
    });

    it('loads a driver that was unloaded meanwhile, by what the card is', async () => {
        const lab = new HandoverLab(new FakePciTree().intelGraphics().amdCard());
        await lab.desk.take(AMD, BY);
        await lab.fake.kernel.unloadModules(['amdgpu', 'snd_hda_intel']);
        await lab.desk.giveBack(AMD, BY);

        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(lab.fake.kernel.log).toContain('modprobe amdgpu');
    });

    it('fails when the driver makes no graphics node', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.misbehave({
            action: /^probe 0000:03:00.0/,
            after: () => lab.fake.kernel.device(AMD).dropNodes(),
        });
        const error = await rejection(lab.desk.giveBack(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'verify', restored: false}));
    });

    it('stops when unbinding vfio hangs', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.misbehave({action: /^unbind vfio-pci/, hang: true});
        const error = await rejection(lab.desk.giveBack(AMD, BY));

        expect(error).toBeInstanceOf(KernelStuck);
        expect(lab.fake.kernel.log.at(-1)).toBe('unbind vfio-pci 0000:03:00.0');
        expect(lab.store.only?.phase).toBe('stuck');
    });

    it('stays on vfio where Linux never had a function', async () => {
        const lab = new HandoverLab(
            new FakePciTree()
                .intelGraphics()
                .device(AMD, 0x030000, '1002:744c', {group: '15', driver: 'amdgpu'})
                .device('0000:03:00.1', 0x040300, '1002:ab30', {group: '15', driver: 'vfio-pci'}),
        );
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.log.length = 0;
        await lab.desk.giveBack(AMD, BY);

        expect(lab.bindings('0000:03:00')).toEqual({[AMD]: 'amdgpu', '0000:03:00.1': VFIO});
        expect(lab.fake.kernel.log).not.toContain('unbind vfio-pci 0000:03:00.1');
    });

    it('is refused for what is no card', async () => {
        const error = await rejection(amdLab().desk.giveBack('0000:99:00.0', BY));

        expect(error instanceof HandoverRefused && error.refusals[0].kind).toBe('absent');
    });
});

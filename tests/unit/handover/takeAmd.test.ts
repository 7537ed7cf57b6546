// SPDX-License-Identifier: GPL-3.0-or-later
import {KernelStuck} from '../../../shared/gpu/handover/handoverErrors.js';
import {AMD, AMD_HOME, AMD_LENT, amdLab, BY, expectHome, kindsOf, refusalOf, rejection} from './labs.js';

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
                    {address: '0000:03:00.0', present: false, driver: null},
                    {address: '0000:03:00.1', present: false, driver: null},
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

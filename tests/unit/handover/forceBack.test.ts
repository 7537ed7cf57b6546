// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverFailed, KernelStuck} from '../../../shared/gpu/handover/handoverErrors.js';
import type {ForcedBack} from '../../../shared/gpu/handover/forceBack.js';
import {SleepFailed, SleepHeldBack} from '../../../shared/gpu/handover/ports.js';
import type {HandoverLab} from '../../fakes/handoverLab.js';
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
} from './labs.js';

/** A card that is lent and does not come back by itself, until it is found anew. */
async function stubborn(): Promise<HandoverLab> {
    const lab = amdLab();
    await lab.desk.take(AMD, BY);
    lab.fake.kernel.misbehave({action: /^probing 0000:03:00.0 amdgpu/, fail: 'refused'});
    // A card that is removed loses what was wrong with it.
    lab.fake.kernel.misbehave({action: /^rescan/, before: () => lab.fake.kernel.behave()});
    lab.fake.kernel.log.length = 0;
    return lab;
}

function nextOf(result: ForcedBack): string {
    return result.returned ? 'returned' : result.next;
}

describe('Forcing a card back', () => {
    it('is an ordinary return where that works', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);

        expect(await lab.desk.forceBack(AMD, 'suspend', BY)).toEqual({returned: true, rung: 'return'});
        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(lab.fake.kernel.log).not.toContain('rescan');
    });

    it('stops at the rung that was asked for, and says what comes next', async () => {
        const lab = await stubborn();
        const result = await lab.desk.forceBack(AMD, 'return', BY);

        expect(nextOf(result)).toBe('rescan');
        expect(!result.returned && result.because).toBeInstanceOf(HandoverFailed);
        expect(lab.fake.kernel.log).not.toContain('rescan');
        expect(lab.store.only?.phase).toBe('failed');
        expect(lab.journal.at(-1)).toEqual(
            jasmine.objectContaining({direction: 'force-back', result: 'failed'}),
        );
    });

    it('removes all functions and lets the kernel find them again', async () => {
        const lab = await stubborn();
        const result = await lab.desk.forceBack(AMD, 'rescan', BY);

        expect(result).toEqual({returned: true, rung: 'rescan'});
        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(lab.fake.kernel.log).toContain('remove 0000:03:00.1');
        expect(lab.fake.kernel.log.indexOf('remove 0000:03:00.1')).toBeLessThan(
            lab.fake.kernel.log.indexOf('remove 0000:03:00.0'),
        );
    });

    it('finds the card at another address', async () => {
        const lab = await stubborn();
        for (const address of Object.keys(AMD_HOME))
            lab.fake.kernel.foundAt.set(address, address.replace('03:', '05:'));
        const result = await lab.desk.forceBack(AMD, 'rescan', BY);

        expect(result).toEqual({returned: true, rung: 'rescan'});
        expectHome(lab, '0000:05:00', {'0000:05:00.0': 'amdgpu', '0000:05:00.1': 'snd_hda_intel'});
    });

    it('loads NVIDIA’s modules and starts its services after a rescan, too', async () => {
        const lab = nvidiaLab();
        await lab.desk.take(NVIDIA, BY);
        lab.fake.kernel.misbehave({action: /^unbind vfio-pci 0000:01:00.2/, fail: 'Input/output error'});
        const result = await lab.desk.forceBack(NVIDIA, 'rescan', BY);

        expect(result).toEqual({returned: true, rung: 'rescan'});
        expectHome(lab, '0000:01:00', NVIDIA_HOME);
        expect(await lab.services.isActive('nvidia-persistenced.service')).toBeTrue();
    });

    it('offers sleep when the card is not found again, and the reboot after that', async () => {
        const lab = await stubborn();
        for (const address of Object.keys(AMD_HOME)) lab.fake.kernel.foundAt.set(address, null);

        expect(nextOf(await lab.desk.forceBack(AMD, 'rescan', BY))).toBe('suspend');
        expect(lab.slept).toBe(0);
        expect(nextOf(await lab.desk.forceBack(AMD, 'suspend', BY))).toBe('reboot');
        expect(lab.slept).toBe(1);
        expect(lab.store.only?.phase).toBe('failed');
    });

    it('is helped by sleep where that makes the card reappear', async () => {
        const lab = await stubborn();
        const spec = Object.keys(AMD_HOME).map(address => lab.fake.kernel.device(address).spec);
        for (const {address} of spec) lab.fake.kernel.foundAt.set(address, null);
        lab.onSleep = () => {
            for (const one of spec) lab.fake.kernel.bindNow(lab.fake.kernel.plug(one), one.driver ?? '');
        };

        expect(await lab.desk.forceBack(AMD, 'suspend', BY)).toEqual({returned: true, rung: 'suspend'});
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('offers sleep again while programs keep the computer awake', async () => {
        const lab = await stubborn();
        for (const address of Object.keys(AMD_HOME)) lab.fake.kernel.foundAt.set(address, null);
        lab.onSleep = () => {
            throw new SleepHeldBack(['Backup (Copies files)']);
        };
        const result = await lab.desk.forceBack(AMD, 'suspend', BY);

        expect(nextOf(result)).toBe('suspend');
        expect(!result.returned && String(result.because)).toContain('Backup (Copies files)');
        expect(lab.store.only?.phase).toBe('failed');
    });

    it('offers the reboot where the computer cannot sleep', async () => {
        const lab = await stubborn();
        for (const address of Object.keys(AMD_HOME)) lab.fake.kernel.foundAt.set(address, null);
        lab.onSleep = () => {
            throw new SleepFailed('No');
        };

        expect(nextOf(await lab.desk.forceBack(AMD, 'suspend', BY))).toBe('reboot');
        expect(lab.store.only?.phase).toBe('failed');
    });

    it('works for a card that somebody else gave to vfio', async () => {
        const lab = amdLab();
        await lentByHand(lab, '0000:03:00');
        lab.fake.kernel.misbehave({action: /^unbind vfio-pci/, fail: 'Input/output error'});

        expect(await lab.desk.forceBack(AMD, 'rescan', BY)).toEqual({returned: true, rung: 'rescan'});
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('is refused while a machine has the card', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.use(lab.fake.processes.start({comm: 'qemu-system-x86'}), '/dev/vfio/15');
        lab.fake.kernel.log.length = 0;

        expect((await refusalOf(lab.desk.forceBack(AMD, 'suspend', BY))).kind).toBe('with-machine');
        expect(lab.fake.kernel.log).toEqual([]);
        expect(lab.slept).toBe(0);
        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
    });

    it('does not remove a card that a program uses on the Linux side', async () => {
        const lab = await stubborn();
        lab.fake.kernel.misbehave({
            action: /^probe 0000:03:00.1/,
            after: () => lab.fake.use(lab.fake.processes.start({comm: 'mpv'}), '/dev/snd/controlC2'),
        });

        expect((await refusalOf(lab.desk.forceBack(AMD, 'suspend', BY))).kind).toBe('held');
        expect(lab.fake.kernel.log.some(line => line.startsWith('remove'))).toBeFalse();
        expect(lab.slept).toBe(0);
    });

    it('goes no further than the reboot when the kernel is stuck', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.misbehave({action: /^unbind vfio-pci/, hang: true});
        const result = await lab.desk.forceBack(AMD, 'suspend', BY);
        const {log} = lab.fake.kernel;

        expect(nextOf(result)).toBe('reboot');
        expect(!result.returned && result.because).toBeInstanceOf(KernelStuck);
        expect(log.at(-1)).toBe('unbind vfio-pci 0000:03:00.0');
        expect(lab.slept).toBe(0);
        expect(lab.journal.at(-1)?.result).toBe('stuck');
        const lines = log.length;

        expect(nextOf(await lab.desk.forceBack(AMD, 'suspend', BY))).toBe('reboot');
        expect(log.length).toBe(lines);
    });

    it('goes no further than the reboot when removing hangs', async () => {
        const lab = await stubborn();
        lab.fake.kernel.misbehave({action: /^remove 0000:03:00.1/, hang: true});
        const result = await lab.desk.forceBack(AMD, 'suspend', BY);

        expect(nextOf(result)).toBe('reboot');
        expect(lab.fake.kernel.log.at(-1)).toBe('remove 0000:03:00.1');
        expect(lab.store.only).toEqual(jasmine.objectContaining({phase: 'stuck', step: 'remove'}));
        expect(lab.slept).toBe(0);
    });

    it('goes no further than the reboot while a task of another program is stuck', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.processes.start({comm: 'modprobe', state: 'D'});
        lab.fake.kernel.log.length = 0;

        expect(nextOf(await lab.desk.forceBack(AMD, 'suspend', BY))).toBe('reboot');
        expect(lab.fake.kernel.log).toEqual([]);
    });
});

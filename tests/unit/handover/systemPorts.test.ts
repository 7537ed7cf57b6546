// SPDX-License-Identifier: GPL-3.0-or-later
import {KernelRefusal} from '../../../shared/gpu/handover/ports.js';
import {
    SubprocessKernelWriter,
    SystemClock,
    SystemdServices,
} from '../../../shared/gpu/handover/systemPorts.js';
import {readShort} from '../../../shared/platform/files.js';
import {putFile} from '../../fakes/pci/files.js';
import {temporaryDirectory} from '../../harness/temporary.js';
import {rejection} from './labs.js';

describe('The real kernel writer', () => {
    it('writes a value as it is, in one go', async () => {
        const path = `${temporaryDirectory('attribute')}/-driver override`;
        putFile(path, 'old');
        await new SubprocessKernelWriter().write(path, 'vfio-pci');

        expect(readShort(path)).toBe('vfio-pci');
        await new SubprocessKernelWriter().write(path, '\n');

        expect(readShort(path)).toBe('\n');
    });

    it('tells the kernel’s answer when it says no', async () => {
        const error = await rejection(new SubprocessKernelWriter().write('/proc/version', 'x'));

        expect(error).toBeInstanceOf(KernelRefusal);
        expect(error).toEqual(
            jasmine.objectContaining({what: 'write /proc/version', answer: 'Permission denied'}),
        );
    });

    it('fails when a module does not exist', async () => {
        const error = await rejection(new SubprocessKernelWriter().loadModules(['handover_no_such_module']));

        expect(error).toBeInstanceOf(KernelRefusal);
    });
});

describe('The real services', () => {
    it('are off where there is no systemd', async () => {
        expect(await new SystemdServices().isActive('nvidia-persistenced.service')).toBeFalse();
    });
});

describe('The real clock', () => {
    it('rings when its time has come, and not when it was stopped', async () => {
        const clock = new SystemClock();
        let rang = 0;
        const stopped = clock.alarm(10);
        void stopped.rang.then(() => rang++);
        stopped.stop();
        const begin = clock.nowMs();
        await clock.alarm(30).rang;
        await clock.delay(5);

        expect(rang).toBe(0);
        expect(clock.nowMs() - begin).toBeGreaterThan(30);
    });
});

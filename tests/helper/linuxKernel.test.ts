// SPDX-License-Identifier: GPL-3.0-or-later
import {linuxKernel} from '../../helper/system/linuxKernel.js';
import {SystemdServices} from '../../helper/system/systemd.js';
import {KernelRefusal} from '../../shared/gpu/handover/ports.js';
import {Bus} from '../../shared/platform/bus.js';

async function answerTo(asked: Promise<void>): Promise<string> {
    try {
        await asked;
        return 'done';
    } catch (error) {
        if (error instanceof KernelRefusal) return error.answer;
        throw error;
    }
}

describe('helper: what it writes', () => {
    const device = '/sys/bus/pci/devices/0000:7f:00.0';

    for (const [path, value] of [
        ['/etc/passwd', 'x'],
        ['/sys/bus/pci/devices/../../../../etc/passwd', 'x'],
        ['/sys/bus/pci/drivers/../../../kernel/uevent_helper/bind', 'x'],
        ['/sys/kernel/uevent_helper', '/tmp/x'],
        ['/sys/bus/pci/drivers/vfio-pci/new_id', '10de 2684'],
        [`${device}/reset`, '1'],
        [`${device}/rom`, '1'],
        [`${device}/driver_override\n`, 'x'],
        [`${device}/driver_override`, 'a b'],
        [`${device}/driver_override`, '../x'],
        [`${device}/driver_override`, 'x\nvfio-pci'],
        [`${device}/driver_override`, 'x'.repeat(65)],
        ['/sys/bus/pci/devices/0000:7F:00.0/remove', '1'],
        ['sys/bus/pci/rescan', '1'],
    ] as const) {
        it(`is not ${JSON.stringify(value)} to ${JSON.stringify(path)}`, async () => {
            expect(await answerTo(linuxKernel.write(path, value))).toBe('Not allowed');
        });
    }

    for (const name of [
        '-r',
        '--dirname=/tmp',
        '/tmp/evil.ko',
        '../evil',
        'a b',
        'a;b',
        '',
        'usb:v1d6Bp0002',
    ])
        it(`is no module ${JSON.stringify(name)}`, async () => {
            expect(await answerTo(linuxKernel.loadModules([name]))).toBe('Not allowed');
            expect(await answerTo(linuxKernel.unloadModules(['vfio_pci', name]))).toBe('Not allowed');
        });

    it("gives the kernel's own word where it says no", async () => {
        for (const name of ['driver_override', 'remove'])
            expect(await answerTo(linuxKernel.write(`${device}/${name}`, 'vfio-pci'))).toMatch(
                /^(No such file or directory|Permission denied|Read-only file system)$/,
            );
        const modalias = 'pci:v000010DEd00001E84sv00001043sd00008728bc03sc00i00';
        expect(await answerTo(linuxKernel.loadModules([modalias]))).not.toBe('Not allowed');
    });

    it('is no unit but those it knows', async () => {
        const services = new SystemdServices(await Bus.open('system'));
        for (const unit of ['sshd.service', 'gdm.service', 'nvidia-persistenced.service.d', '../x', ''])
            await expectAsync(services.stop(unit)).toBeRejectedWithError(/none of the known units/);
        // There is no systemd on this bus.
        expect(await services.isActive('nvidia-persistenced.service')).toBe(false);
    });
});

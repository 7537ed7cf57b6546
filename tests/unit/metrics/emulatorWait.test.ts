// SPDX-License-Identifier: GPL-3.0-or-later
import {EmulatorWait, threadReadingOf} from '../../../shared/metrics/emulatorWait.js';
import {DescribedHost, UUID} from '../../fakes/describedHost.js';
import {driverById} from '../../../shared/libvirt/drivers.js';
import {putFile} from '../../fakes/pci/files.js';
import {temporaryDirectory} from '../../harness/temporary.js';

/** A machine of the session's whose process, 42, the test writes. */
class Rig {
    readonly root = {sys: '', proc: temporaryDirectory('proc'), dev: '', run: ''};
    readonly host = new DescribedHost('');
    awake = 0;
    slept = 0;
    readonly wait: EmulatorWait;

    constructor(driver = 'session') {
        Object.assign(this.host, {driver: driverById(driver)});
        putFile(`${this.root.proc}/1/comm`, 'init');
        putFile(`${this.root.proc}/42/comm`, 'qemu-system-x86');
        putFile(`${this.root.proc}/42/cmdline`, ['qemu', '-uuid', UUID, ''].join('\0'));
        const clock = {awakeMs: () => this.awake, passedMs: () => this.awake + this.slept};
        this.wait = new EmulatorWait(this.host.machine, this.root, clock, '/nowhere');
    }

    async look(ran: number, waited: number, afterMs = 2000): Promise<number | null> {
        this.awake += afterMs;
        putFile(`${this.root.proc}/42/task/42/schedstat`, `${ran} ${waited} 7\n`);
        return await this.wait.read();
    }
}

describe('The wait of QEMU’s own thread', () => {
    it('is read from schedstat(5), and unknown from what is no such file', () => {
        expect(threadReadingOf('1321449740 1154498797 37905\n')).toEqual({
            ran: 1321449740,
            waited: 1154498797,
        });
        for (const text of ['', '0 0', 'a b c', '1 2 3 4']) expect(threadReadingOf(text)).toBeNull();
    });

    it('is a part of the time since the last look', async () => {
        const rig = new Rig();
        await rig.host.machine.loadDetails();
        expect(await rig.look(1e9, 5e9)).toBeNull();
        expect(await rig.look(1.1e9, 5.5e9)).toBe(0.25);
    });

    it('is unknown after a sleep, when the process is another one, and when too long passed', async () => {
        const rig = new Rig();
        await rig.host.machine.loadDetails();
        await rig.look(1e9, 5e9);
        rig.slept += 60_000;
        expect(await rig.look(1e9, 5e9)).toBeNull();
        expect(await rig.look(0.5e9, 5e9)).toBeNull();
        expect(await rig.look(0.5e9, 5e9, 60_000)).toBeNull();
        expect(await rig.look(0.5e9, 6e9)).toBe(0.5);
    });

    it('is unknown where there is no such process, and of machines that are not QEMU’s', async () => {
        const rig = new Rig();
        // Its details, with the UUID, are not there yet.
        expect(await rig.look(1e9, 5e9)).toBeNull();
        await rig.host.machine.loadDetails();
        putFile(`${rig.root.proc}/42/cmdline`, 'qemu');
        expect(await rig.look(1e9, 5e9)).toBeNull();
        expect(await rig.look(1e9, 5e9)).toBeNull();

        const other = new Rig('lxc');
        await other.host.machine.loadDetails();
        await other.look(1e9, 5e9);
        expect(await other.look(1e9, 6e9)).toBeNull();
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {AppProgram} from './appProgram.js';

/** A guest with a BIOS and nothing else: it runs, and takes no notice of the power button. */
const DEAF = `<domain type='qemu'><name>deaf</name><memory unit='MiB'>64</memory>
    <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
    <devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>`;

describe('a QEMU machine in the app', () => {
    const libvirt = new SessionLibvirt();
    const virsh = new VirshClient();
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await libvirt.start();
        await virsh.define(DEAF, {start: true});
    }, 60_000);
    afterEach(() => AppProgram.stopCurrent());
    afterAll(async () => {
        await virsh.removeAll();
        await shell.stop();
    });

    it('that ignores its shutdown is offered to be forced off, and follows virsh', async () => {
        const app = await AppProgram.start(shell, {
            hosts: ['session'],
            settings: {'shutdown-deadline': 'uint32 5'},
        });
        await app.press('Shut down', 'button');
        await app.see({name: /did not shut down/});
        await app.picture('ignored');
        await app.press('Force off…', 'button');
        await app.press('Force off', 'button');
        await waitFor('it is off', async () => (await virsh.state('deaf')).state === 'shut off');
        await app.see({name: 'Start', role: 'button'});
        await virsh.run(['start', 'deaf']);
        await app.see({name: 'Shut down', role: 'button'});
        expect(await app.stop()).toEqual([]);
    }, 60_000);
});

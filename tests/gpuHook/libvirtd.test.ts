// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {FakeProcess} from '../fakes/pci/fakeProcesses.js';
import {putFile} from '../fakes/pci/files.js';
import {waitFor} from '../harness/deadline.js';
import {type Outcome, RunningProgram, runProgram} from '../harness/program.js';
import type {GuardedMachine} from './guardRun.js';
import {hostdev} from './guardRun.js';
import {amd, CARD, holds} from './pretended.js';

function definition(name: string, devices: string): string {
    return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    ${devices}
    <memballoon model='none'/>
  </devices>
</domain>`;
}

describe('guard hook: run by libvirtd', () => {
    let tree: GuardedMachine;
    let libvirt: RunningProgram;
    let holder: FakeProcess;

    beforeAll(async () => {
        tree = amd();
        // virsh would start a libvirtd of its own if it came first.
        const script = '/src/tests/gpuHook/libvirtWithHooks.sh';
        libvirt = new RunningProgram(['unshare', '-rm', 'bash', script, tree.hookPath]);
        await waitFor(
            'libvirtd',
            () => GLib.file_test('/run/user/1000/libvirt/libvirt-sock', GLib.FileTest.EXISTS),
            {within: 20_000, every: 200},
        );
        for (const [name, devices] of [
            ['plain', ''],
            ['gaming', CARD],
            ['sound', hostdev('03:00.1')],
        ] as const) {
            const file = `${tree.folder}/${name}.xml`;
            // Where a device is in the guest is libvirt's to say.
            putFile(file, definition(name, devices.replaceAll(/<address type='pci'[^>]*>/g, '')));
            const {code, err} = await virsh('define', file);
            if (code !== 0) throw new Error(err);
        }
    });
    beforeEach(() => putFile(`${tree.folder}/hooks.log`, ''));
    afterAll(async () => {
        await virsh('destroy', 'plain');
        await libvirt.stop(200);
    });

    function virsh(...words: string[]): Promise<Outcome> {
        return runProgram(['virsh', '-c', 'qemu:///session', ...words]);
    }
    const hooks = (): string[] => {
        const [, bytes] = GLib.file_get_contents(`${tree.folder}/hooks.log`);
        return new TextDecoder().decode(bytes).trimEnd().split('\n');
    };

    it('refuses a machine whose card is held, in words that virsh shows', async () => {
        holder = holds(tree, '/dev/dri/card1');
        const {code, err} = await virsh('start', 'gaming');
        expect(code).toBe(1);
        expect(err).toContain(
            `Handover: The graphics card 0000:03:00.0 is in use by blender (pid ${holder.pid}).`,
        );
        // A start that was refused is released as well, and never came to its start.
        expect(hooks()).toEqual([
            'gaming prepare begin -',
            'gaming stopped end -',
            'gaming release end failed',
        ]);
        expect((await virsh('domstate', 'gaming')).out.trim()).toBe('shut off');
    });

    it('refuses for the sound of the card, too', async () => {
        const listener = holds(tree, '/dev/snd/controlC0', 'wireplumber');
        expect((await virsh('start', 'sound')).err).toContain('in use by wireplumber');
        listener.exit();
    });

    it('leaves it to libvirt when the card is free', async () => {
        holder.exit();
        const {code, err} = await virsh('start', 'gaming');
        expect(code).toBe(1);
        // What there is not is found out by libvirt itself, after the guard has let it pass.
        expect(err).not.toContain('Handover');
        expect(hooks()).toContain('gaming start begin -');
    });

    it('asks systemd for the return of a card that was lent', async () => {
        const record = `${tree.root.run}/handover/0000:03:00.0.json`;
        putFile(record, '{\n  "phase": "lent"\n}\n');
        await virsh('start', 'gaming');
        await waitFor('systemctl', () => tree.systemctlCalls.length > 1);
        expect(tree.systemctlCalls.at(-1)).toBe('--no-block start handover-return@0000:03:00.0.service');
        GLib.unlink(record);
    });

    it('does not keep other machines from running, or libvirtd from finding them again', async () => {
        holder = holds(tree, '/dev/dri/card1');
        const started = await virsh('start', 'plain');
        expect(started.err).toBe('');
        expect(hooks()).toEqual(['plain prepare begin -', 'plain start begin -', 'plain started begin -']);
        const [, pid] = GLib.file_get_contents(`${tree.folder}/libvirtd.pid`);
        await runProgram(['kill', '-KILL', new TextDecoder().decode(pid).trim()]);
        await waitFor('libvirtd', () => hooks().includes('plain reconnect begin -'), {
            within: 20_000,
            every: 200,
        });
        expect((await virsh('domstate', 'plain')).out.trim()).toBe('running');
        expect((await virsh('destroy', 'plain')).code).toBe(0);
        expect(hooks().slice(-2)).toEqual(['plain stopped end -', 'plain release end destroyed']);
    });
});

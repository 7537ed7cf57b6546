// SPDX-License-Identifier: GPL-3.0-or-later
import {pause, waitFor} from '../harness/deadline.js';
import {Guest, type GuestBehaviour} from '../harness/guest.js';
import {VirshClient} from '../harness/virshClient.js';

describe('the test guest', () => {
    const virsh = new VirshClient('qemu:///session');

    const boot = async (behaviour: GuestBehaviour): Promise<Guest> => {
        const guest = new Guest({name: `test-${behaviour}`, behaviour});
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
        return guest;
    };
    const reaches = async (name: string, state: string, reason: string): Promise<void> => {
        await waitFor(`${name} is ${state}`, async () => (await virsh.state(name)).state === state, {
            within: 15_000,
            every: 50,
        });
        expect(await virsh.state(name)).toEqual({state, reason});
    };

    afterEach(() => virsh.removeAll());

    it('boots, answers through its agent and obeys the power button', async () => {
        const guest = await boot('obeys');
        await waitFor('its agent', async () => {
            const reply = await virsh.try(['qemu-agent-command', guest.name, '{"execute":"guest-ping"}']);
            return reply.out.includes('{"return":{}}');
        });
        await virsh.run(['shutdown', '--mode', 'acpi', guest.name]);
        await reaches(guest.name, 'shut off', 'shutdown');
    });

    it('obeys its agent', async () => {
        const guest = await boot('obeys');
        await waitFor('its agent', async () => {
            const {code} = await virsh.try(['shutdown', '--mode', 'agent', guest.name]);
            return code === 0;
        });
        await reaches(guest.name, 'shut off', 'shutdown');
    });

    it('ignores a shutdown when told to', async () => {
        const guest = await boot('ignore-shutdown');
        await virsh.run(['shutdown', guest.name]);
        await virsh.run(['shutdown', '--mode', 'acpi', guest.name]);
        await pause(1500); // as long as an obedient guest needs, several times over
        expect((await virsh.state(guest.name)).state).toBe('running');
    });

    it('hangs when told to', async () => {
        const guest = await boot('hang');
        const reply = await virsh.try([
            'qemu-agent-command',
            '--timeout',
            '1',
            guest.name,
            '{"execute":"guest-ping"}',
        ]);
        expect(reply.code).not.toBe(0);
        await virsh.run(['shutdown', '--mode', 'acpi', guest.name]);
        await pause(1500);
        expect((await virsh.state(guest.name)).state).toBe('running');
    });

    it('panics when told to, which libvirt calls crashed', async () => {
        await boot('panic');
        await reaches('test-panic', 'crashed', 'panicked');
    });

    it('panics at an NMI', async () => {
        const guest = await boot('obeys');
        await virsh.run(['inject-nmi', guest.name]);
        await reaches(guest.name, 'crashed', 'panicked');
    });
});

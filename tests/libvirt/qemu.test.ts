// SPDX-License-Identifier: GPL-3.0-or-later
import {
    GuestIgnoredError,
    MachineActionError,
    MachineGoneError,
} from '../../shared/machines/machineErrors.js';
import {OperationConflictError} from '../../shared/operations/operation.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {pause, waitFor} from '../harness/deadline.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';
import {disklessDomain} from './qemuDomain.js';

/** A firmware that was saved in the middle of its start resets the machine once more when it wakes up. */
function once(happenings: string[]): string[] {
    return happenings.filter((one, at) => one !== 'rebooted' || happenings[at - 1] !== 'rebooted');
}

describe('QEMU in a session', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;

    beforeAll(async () => {
        await libvirt.start();
    });

    beforeEach(async () => {
        following = await Following.start('session');
    });

    afterEach(async () => {
        following.close();
        await virsh.removeAll();
    });

    it('is followed when virsh does everything', async () => {
        await virsh.define(disklessDomain('vm'));
        const machine = await following.reaches('session/vm', 'shutoff');
        await virsh.run(['start', 'vm']);
        await following.reaches('session/vm', 'running');
        await virsh.run(['suspend', 'vm']);
        await following.reaches('session/vm', 'paused');
        await virsh.run(['resume', 'vm']);
        await following.reaches('session/vm', 'running');
        await virsh.run(['managedsave', 'vm']);
        await following.reaches('session/vm', 'shutoff');
        await virsh.run(['start', 'vm']);
        await following.reaches('session/vm', 'running');
        let rebooted = 0;
        machine.connect('rebooted', () => rebooted++);
        await virsh.run(['reset', 'vm']);
        await waitFor('the reboot', () => rebooted === 1);
        await virsh.run(['destroy', 'vm']);
        await following.reaches('session/vm', 'shutoff');
        await virsh.run(['undefine', 'vm']);
        await following.loses('session/vm');
        expect(once(following.take('vm'))).toEqual([
            'defined',
            'started',
            'paused',
            'resumed',
            'paused',
            'saved',
            'restored',
            'rebooted',
            'stopped',
            'removed',
        ]);
    });

    it('does every operation', async () => {
        await virsh.define(disklessDomain('vm'));
        const machine = await following.reaches('session/vm');
        following.take('vm');
        for (const [action, state, happened] of [
            ['start', 'running', ['started']],
            ['pause', 'paused', ['paused']],
            ['resume', 'running', ['resumed']],
            ['save', 'shutoff', ['saved']],
            ['start', 'running', ['restored']],
            ['reset', 'running', ['rebooted']],
            ['force-off', 'shutoff', ['stopped']],
        ] as const) {
            const operation = machine.run(action);
            await operation.finished();
            if (action === 'reset') await waitFor('the reboot', () => following.happenings.length > 0);
            expect([action, operation.state, machine.state]).toEqual([action, 'done', state]);
            expect((await virsh.state('vm')).state).toBe(state === 'shutoff' ? 'shut off' : state);
            const told = following.take('vm').filter((one, at) => one !== 'rebooted' || at === 0);
            expect([action, ...told]).toEqual([action, ...happened]);
        }
    });

    it('shows a shutdown that the guest ignores, and force supersedes it', async () => {
        await virsh.define(disklessDomain('deaf'), {start: true});
        const machine = await following.reaches('session/deaf', 'running');
        following.take('deaf');
        const ignored = machine.run('shutdown', {deadlineMs: 400});
        expect(machine.transition).toBe('stopping');
        expect(machine.obvious).toBeNull();
        await expectAsync(ignored.finished()).toBeRejectedWithError(GuestIgnoredError);
        expect([machine.state, machine.transition, machine.failing]).toEqual(['running', '', true]);
        expect(machine.failure!.action).toBe('shutdown');
        expect(describeProblem(machine.failure!.error).remedy).toBe('force-off');
        expect(following.take('deaf')).toEqual(['failed']);

        const again = machine.run('shutdown', {deadlineMs: 60_000});
        await waitFor('the wait for the guest', () => again.step === 'guest');
        expect(machine.failing).toBeFalse();
        expect(machine.actions).toEqual(['reset', 'force-off']);
        await expectAsync(machine.run('pause').finished()).toBeRejectedWithError(OperationConflictError);
        expect(again.state).toBe('running');
        await machine.run('force-off').finished();
        expect([again.state, machine.state, machine.transition]).toEqual(['cancelled', 'shutoff', '']);
        expect(machine.failing).toBeFalse();
    });

    it('takes a reboot that the guest ignores for ignored, and lets a wait be cancelled', async () => {
        await virsh.define(disklessDomain('deaf'), {start: true});
        const machine = await following.reaches('session/deaf', 'running');
        await expectAsync(machine.run('reboot', {deadlineMs: 300}).finished()).toBeRejectedWithError(
            GuestIgnoredError,
        );
        machine.dismissFailure();
        expect(machine.failing).toBeFalse();

        const waiting = machine.run('shutdown', {deadlineMs: 60_000});
        await waitFor('the wait for the guest', () => waiting.step === 'guest');
        expect(waiting.canCancel).toBeTrue();
        expect(waiting.cancel()).toBeTrue();
        await expectAsync(waiting.finished()).toBeRejectedWithError(CancelledError);
        expect([waiting.state, machine.state, machine.failing]).toEqual(['cancelled', 'running', false]);

        const early = machine.run('pause');
        expect(early.cancel()).toBeTrue();
        await expectAsync(early.finished()).toBeRejectedWithError(CancelledError);
        expect(machine.state).toBe('running');
    });

    it('calls it done when another client is quicker', async () => {
        await virsh.define(disklessDomain('vm'));
        const other = await Following.start('session');
        try {
            const machines = [
                await following.reaches('session/vm', 'shutoff'),
                await other.reaches('session/vm', 'shutoff'),
            ];
            await Promise.all(machines.map(machine => machine.run('start').finished()));
            await Promise.all(machines.map(machine => machine.run('force-off').finished()));
            expect(machines.map(machine => machine.state)).toEqual(['shutoff', 'shutoff']);
        } finally {
            other.close();
        }
    });

    it('tells a crash from a stop', async () => {
        await virsh.define(disklessDomain('vm'), {start: true});
        await following.reaches('session/vm', 'running');
        await libvirt.signal('qemu-system-x86', 'KILL');
        const machine = await following.reaches('session/vm', 'shutoff');
        expect(following.take('vm')).toEqual(['defined', 'started', 'crashed']);
        expect(machine.reason).toBe('crashed');
        expect(await virsh.state('vm')).toEqual({state: 'shut off', reason: 'crashed'});
    });

    it('rolls a start back that fails, and says why', async () => {
        const disk = `<disk type='file' device='disk'><source file='/nowhere/at all'/><target dev='vda' bus='virtio'/></disk>`;
        await virsh.define(disklessDomain('vm', disk));
        const machine = await following.reaches('session/vm');
        following.take('vm');
        const start = machine.run('start');
        expect(machine.transition).toBe('starting');
        await expectAsync(start.finished()).toBeRejectedWithError(MachineActionError);
        expect([machine.state, machine.transition, machine.failing]).toEqual(['shutoff', '', true]);
        expect(following.take('vm')).toEqual(['failed']);
        const problem = describeProblem(machine.failure!.error);
        expect(problem.category).toBe('failed');
        expect(problem.detail).toContain('/nowhere/at all');
        expect(problem.body).not.toContain('/nowhere');
    });

    it('takes a transient machine off when it is killed, forced off or saved', async () => {
        for (const end of ['kill', 'force-off'] as const) {
            await virsh.define(disklessDomain('passing'), {transient: true});
            const machine = await following.reaches('session/passing', 'running');
            if (end === 'kill') await libvirt.signal('qemu-system-x86', 'KILL');
            else await machine.run('force-off').finished();
            await following.loses('session/passing');
            await expectAsync(machine.run('start').finished()).toBeRejectedWithError(MachineGoneError);
            await expectAsync(machine.loadDetails()).toBeRejected();
        }
    });

    it('reads since when, autostart, and what a start adds to the definition', async () => {
        await virsh.define(disklessDomain('vm'), {start: true});
        const machine = await following.reaches('session/vm', 'running');
        await machine.loadDetails();
        expect([machine.vcpus, machine.memoryKib, machine.persistent, machine.autostart]).toEqual([
            1,
            32 * 1024,
            true,
            false,
        ]);
        expect(Math.abs(machine.since - Date.now())).toBeLessThan(10_000);
        following.close();
        following = await Following.start('session');
        const again = await following.reaches('session/vm', 'running');
        expect(again.since).toBe(0);
        await again.loadDetails();
        expect(Math.abs(again.since - Date.now())).toBeLessThan(10_000);
        await again.setAutostart(true);
        expect(await virsh.run(['dominfo', 'vm'])).toMatch(/Autostart:\s+enable/);
        await virsh.run(['desc', 'vm', '--live', '--title', 'A title']);
        await waitFor('the title', () => again.title === 'A title');
    });

    it('renames with virsh', async () => {
        await virsh.define(disklessDomain('before'));
        const machine = await following.reaches('session/before');
        await virsh.run(['domrename', 'before', 'after']);
        await following.reaches('session/after');
        expect(following.machine('session/after')).toBe(machine);
    });

    it('misses nothing when machines come and go quickly', async () => {
        for (let round = 0; round < 5; round++) {
            await virsh.define(disklessDomain('quick'));
            await virsh.run(['undefine', 'quick']);
        }
        await virsh.define(disklessDomain('last'));
        await following.reaches('session/last');
        await pause(300);
        expect(following.hosts.machines.map(one => one.name)).toEqual(['last']);
    });
});

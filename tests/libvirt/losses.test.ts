// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {LibvirtUnreachableError, NoAnswerError} from '../../shared/libvirt/libvirtErrors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {pause, waitFor} from '../harness/deadline.js';
import {type LibvirtProgram, SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {CallCount, Following} from './following.js';
import {disklessDomain} from './qemuDomain.js';

describe('When libvirt is lost', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;

    beforeAll(async () => {
        await libvirt.start();
        await virsh.define(disklessDomain('runs'), {start: true});
        await virsh.define(disklessDomain('rests'));
    });

    beforeEach(async () => {
        following = await Following.start('session', 'test');
    });

    afterEach(async () => {
        following.close();
        await libvirt.continueAll();
        await virsh.removeAll();
        await virsh.define(disklessDomain('runs'), {start: true});
        await virsh.define(disklessDomain('rests'));
    });

    afterAll(async () => {
        await virsh.removeAll();
    });

    /** Waits until a change that virsh makes is seen, which proves that events come again. */
    async function expectToFollow(): Promise<void> {
        await following.hostReaches('session', 'ready', {within: 15_000});
        following.take('rests');
        await virsh.run(['start', 'rests']);
        await following.reaches('session/rests', 'running');
        await virsh.run(['destroy', 'rests']);
        await following.reaches('session/rests', 'shutoff');
        expect(following.take('rests')).toEqual(['started', 'stopped']);
    }

    const killings: LibvirtProgram[][] = [['libvirtd'], ['libvirt-dbus'], ['libvirtd', 'libvirt-dbus']];
    for (const programs of killings) {
        it(`it is found again: ${programs.join(' and ')} killed`, async () => {
            const machine = following.machine('session/runs');
            await machine.loadDetails();
            const count = new CallCount();
            for (const program of programs) await libvirt.signal(program, 'KILL');
            await waitFor('a new daemon', () => libvirt.pids('libvirtd').length > 0, {within: 15_000});
            await waitFor('an answer', () => count.calls.includes('GetAllDomainStats'), {within: 15_000});
            await pause(500);
            await expectToFollow();
            const asked = count.stop().filter(one => one === 'GetAllDomainStats').length;
            print(
                `${programs.join(' and ')} killed: asked ${asked} times, ${following.hostStates.join(' ')}`,
            );
            expect(asked).toBeLessThan(12);
            expect(following.machine('session/runs')).toBe(machine);
            expect(machine.state).toBe('running');
            expect(following.happenings).toEqual([]);
            await machine.loadDetails();
        });
    }

    it('it is told once what happened meanwhile', async () => {
        await following.machine('session/runs').loadDetails();
        await virsh.define(disklessDomain('goes'));
        await following.reaches('session/goes');
        following.happenings.length = 0;
        // While libvirt-dbus stands still its clients learn nothing; then it dies with what it had to tell.
        await libvirt.signal('libvirt-dbus', 'STOP');
        await virsh.run(['undefine', 'goes']);
        await virsh.run(['destroy', 'runs']);
        await virsh.run(['start', 'rests']);
        await virsh.define(disklessDomain('comes'));
        await libvirt.signal('libvirt-dbus', 'KILL');
        await following.reaches('session/comes', 'shutoff', {within: 15_000});
        await pause(300);
        expect([...following.happenings].sort()).toEqual([
            'comes defined',
            'goes removed',
            'rests started',
            'runs stopped',
        ]);
        expect(following.hosts.byId('session')!.machines.map(one => `${one.name} ${one.state}`)).toEqual([
            'comes shutoff',
            'rests running',
            'runs shutoff',
        ]);
    });

    it('a redefined machine is not mistaken for the one that had its name', async () => {
        const machine = following.machine('session/rests');
        await machine.loadDetails();
        const {uuid} = machine;
        await libvirt.signal('libvirt-dbus', 'STOP');
        await virsh.run(['undefine', 'rests']);
        await virsh.define(disklessDomain('rests'));
        await libvirt.signal('libvirt-dbus', 'KILL');
        await waitFor('the other UUID', () => following.hosts.byKey('session/rests')?.uuid !== uuid, {
            within: 15_000,
        });
        await expectToFollow();
    });

    it('an operation that was under way is told what came of it', async () => {
        const machine = following.machine('session/rests');
        await machine.loadDetails();
        await libvirt.signal('libvirtd', 'STOP');
        const start = machine.run('start');
        await waitFor('the question', () => start.step === 'ask');
        await pause(200);
        expect(machine.transition).toBe('starting');
        await libvirt.signal('libvirtd', 'CONT');
        await start.finished();
        expect(machine.state).toBe('running');
        expect(following.take('rests')).toEqual(['started']);

        await libvirt.signal('libvirt-dbus', 'STOP');
        const off = machine.run('force-off');
        await pause(200);
        await libvirt.signal('libvirt-dbus', 'KILL');
        await off.finished().catch(() => undefined);
        await following.hostReaches('session', 'ready', {within: 15_000});
        // Whether libvirt-dbus had read the question when it died is not ours to say; the state is.
        const {state} = await virsh.state('rests');
        await following.reaches('session/rests', state === 'shut off' ? 'shutoff' : 'running');
        expect(machine.transition).toBe('');
    });

    it('a daemon that stands still is said to, and followed when it goes on', async () => {
        const machine = following.machine('session/rests');
        await libvirt.signal('libvirtd', 'STOP');
        const asked = machine.loadDetails();
        await expectAsync(asked).toBeRejectedWithError(NoAnswerError);
        await following.hostReaches('session', 'lost', {within: 30_000});
        const {host} = following.hosts.byId('session')!;
        expect(host.error).toBeInstanceOf(NoAnswerError);
        expect(describeProblem(host.error).category).toBe('timeout');
        expect(machine.actions).toEqual([]);
        expect(following.hosts.byId('test')!.host.state).toBe('ready');
        await libvirt.signal('libvirtd', 'CONT');
        await following.hostReaches('session', 'ready', {within: 15_000});
        await expectToFollow();
    }, 90_000);

    it('a libvirtd that cannot start is not started for ever', async () => {
        const {host} = following.hosts.byId('session')!;
        const count = new CallCount();
        // A file that is no socket at its place: libvirtd ends at once, each time.
        following.close();
        await libvirt.signal('libvirt-dbus', 'KILL');
        await libvirt.signal('libvirtd', 'KILL');
        const folder = GLib.build_filenamev([GLib.get_user_config_dir(), 'libvirt']);
        GLib.mkdir_with_parents(folder, 0o700);
        const config = GLib.build_filenamev([folder, 'libvirtd.conf']);
        GLib.file_set_contents(config, 'this is no configuration');
        following = new Following(['session']);
        await following.hostReaches('session', 'lost', {within: 40_000});
        const mine = following.hosts.byId('session')!.host;
        expect(mine.error).toBeInstanceOf(LibvirtUnreachableError);
        const problem = describeProblem(mine.error);
        expect([problem.category, problem.remedy]).toEqual(['unreachable', 'retry']);
        await pause(5000);
        const {length} = count.calls;
        await pause(3000);
        expect(count.stop().length).toBe(length);
        GLib.unlink(config);
        mine.retry();
        await following.hostReaches('session', 'ready', {within: 15_000});
        expect(host.state).toBe('closed');
    }, 90_000);
});

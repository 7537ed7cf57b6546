// SPDX-License-Identifier: GPL-3.0-or-later
import {GuestIgnoredError} from '../../shared/machines/machineErrors.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Guest, type GuestOptions} from '../harness/guest.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';
import {RecordingPreparation} from './recordingPreparation.js';

describe('A guest that boots', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;

    beforeAll(async () => {
        await libvirt.start();
        following = await Following.start('session');
    });

    afterAll(async () => {
        following.close();
        await virsh.removeAll();
    });

    /** Defines and starts a guest through us, and waits until it is up. */
    async function boot(options: GuestOptions, times = 1): Promise<Guest> {
        const guest = new Guest(options);
        await virsh.define(guest.xml);
        await following.reaches(`session/${guest.name}`, 'shutoff');
        await following.run(`session/${guest.name}`, 'start');
        if (options.behaviour !== 'panic') await guest.waitUntilReady({times});
        return guest;
    }

    /**
     * What was told of a guest that panicked. QEMU says that it panicked and that it stopped; libvirt may see to the
     * stop first (qemuProcessHandleStop, while processGuestPanicEvent waits its turn), and says that it is paused.
     */
    function toldOfCrash(name: string): string[] {
        const told = following.take(name);
        return told[0] === 'paused' ? told.slice(1) : told;
    }

    it('obeys: it restarts, is saved, comes back, and shuts down', async () => {
        const guest = await boot({name: 'good'});
        const machine = following.machine('session/good');
        following.take('good');
        await machine.run('reboot', {deadlineMs: 30_000}).finished();
        await guest.waitUntilReady({times: 2});
        expect(machine.state).toBe('running');
        await machine.run('save').finished();
        expect([machine.state, machine.reason]).toEqual(['shutoff', 'saved']);
        await machine.run('start').finished();
        // It went on where it was: it has not booted once more.
        expect(guest.console()).not.toContain('HANDOVER GUEST READY');
        const shutdown = machine.run('shutdown', {deadlineMs: 30_000});
        await shutdown.finished();
        expect([shutdown.step, machine.state, machine.reason]).toEqual(['guest', 'shutoff', 'shutdown']);
        expect(following.take('good')).toEqual(['rebooted', 'saved', 'restored', 'stopped']);
    }, 90_000);

    it('ignores a shutdown, which is seen; force ends it', async () => {
        await boot({name: 'deaf', behaviour: 'ignore-shutdown', agent: false});
        const machine = following.machine('session/deaf');
        following.take('deaf');
        await expectAsync(machine.run('shutdown', {deadlineMs: 2000}).finished()).toBeRejectedWithError(
            GuestIgnoredError,
        );
        expect([machine.state, machine.failing]).toEqual(['running', true]);
        const again = machine.run('shutdown', {deadlineMs: 60_000});
        await waitFor('the wait', () => again.step === 'guest');
        await machine.run('force-off').finished();
        expect([again.state, machine.failing]).toEqual(['cancelled', false]);
        expect(following.take('deaf')).toEqual(['failed', 'stopped']);
    }, 60_000);

    it('obeys late: a failure that events overtake is taken back', async () => {
        await boot({name: 'late'});
        const machine = following.machine('session/late');
        await expectAsync(machine.run('shutdown', {deadlineMs: 1}).finished()).toBeRejectedWithError(
            GuestIgnoredError,
        );
        expect(machine.failing).toBeTrue();
        await following.reaches('session/late', 'shutoff', {within: 30_000});
        expect(machine.failing).toBeFalse();
    }, 60_000);

    it('panics and is kept: it has crashed, and starting it ends what is left', async () => {
        await boot({name: 'kept'});
        const machine = following.machine('session/kept');
        following.take('kept');
        await virsh.run(['inject-nmi', 'kept']);
        await following.reaches('session/kept', 'crashed', {within: 20_000});
        expect([machine.active, machine.obvious, machine.reason]).toEqual([true, 'start', 'panicked']);
        const preparation = new RecordingPreparation();
        following.hosts.preparation = preparation;
        await machine.run('start').finished();
        following.hosts.preparation = null;
        // What is left has its devices still: it goes before anything is prepared.
        expect(preparation.calls).toEqual(['before shutoff', 'after running']);
        expect(machine.state).toBe('running');
        await machine.run('force-off').finished();
        expect(toldOfCrash('kept')).toEqual(['crashed', 'started', 'stopped']);
    }, 60_000);

    it('panics and is destroyed, or started again: it has crashed once', async () => {
        await boot({name: 'ended', onCrash: 'destroy'});
        following.take('ended');
        await virsh.run(['inject-nmi', 'ended']);
        await following.reaches('session/ended', 'shutoff', {within: 20_000});
        expect(toldOfCrash('ended')).toEqual(['crashed']);
        expect(following.machine('session/ended').reason).toBe('crashed');

        await boot({name: 'again', onCrash: 'restart'});
        following.take('again');
        await virsh.run(['inject-nmi', 'again']);
        await waitFor('the crash', () => following.happenings.includes('again crashed'), {within: 20_000});
        await following.reaches('session/again', 'running', {within: 20_000});
        await pause(500);
        print(`restarted after a panic: ${following.take('again').join(', ')}`);
        await following.run('session/again', 'force-off');
    }, 90_000);

    it('sleeps and is woken', async () => {
        await boot({name: 'sleeper'});
        const machine = following.machine('session/sleeper');
        following.take('sleeper');
        const asleep = async (): Promise<boolean> =>
            (await virsh.try(['dompmsuspend', 'sleeper', 'mem'])).code === 0;
        await waitFor('the guest agent', asleep, {within: 20_000, every: 300});
        await following.reaches('session/sleeper', 'pmsuspended', {within: 20_000});
        expect(machine.obvious).toBe('wake');
        await machine.run('wake').finished();
        expect(machine.state).toBe('running');
        expect(following.take('sleeper')).toEqual(['suspended', 'woke']);
    }, 60_000);
});

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {EndedBeforeReadyError, NotReadyError} from '../../shared/displays/displayErrors.js';
import {guestAddress} from '../../shared/displays/guestAddress.js';
import {waitUntilReady} from '../../shared/displays/readiness.js';
import type {Machine} from '../../shared/machines/machine.js';
import {metadata} from '../fakes/describedHost.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Guest, type GuestOptions} from '../harness/guest.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';

const SHMEM = "<shmem name='looking-glass'><model type='ivshmem-plain'/><size unit='M'>1</size></shmem>";

describe('A guest that really boots', () => {
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

    async function start(options: GuestOptions, ready: string): Promise<{guest: Guest; machine: Machine}> {
        const guest = new Guest({...options, elements: metadata(`<h:ready ${ready}/>`)});
        await virsh.define(guest.xml);
        await following.reaches(`session/${guest.name}`, 'shutoff');
        await following.run(`session/${guest.name}`, 'start');
        return {guest, machine: following.machine(`session/${guest.name}`)};
    }

    const wait = (machine: Machine, deadlineMs: number): Promise<void> =>
        waitUntilReady(machine, {cancellable: new Gio.Cancellable()}, deadlineMs);

    it('is ready when its agent answers, at once when libvirt tells of it', async () => {
        const {guest, machine} = await start({name: 'answers'}, "kind='agent'");
        let readyAt = 0;
        const waiting = wait(machine, 60_000).then(() => (readyAt = Date.now()));
        await guest.waitUntilReady();
        const bootedAt = Date.now();
        await waiting;
        print(`the agent answered ${readyAt - bootedAt} ms after the guest was up`);
        expect(readyAt - bootedAt).toBeLessThan(3000);
        // It is there already.
        const begin = Date.now();
        await wait(machine, 5000);
        expect(Date.now() - begin).toBeLessThan(1000);
        // What the agent tells of is the guest's own loopback.
        expect(await guestAddress(machine)).toBeNull();
        await following.run('session/answers', 'force-off');
    }, 90_000);

    it('is not ready when it has opened the channel and then hangs', async () => {
        const {guest, machine} = await start({name: 'hangs', behaviour: 'hang'}, "kind='agent'");
        await guest.waitUntilReady();
        await pause(500);
        await expectAsync(wait(machine, 8000)).toBeRejectedWithError(NotReadyError);
        await following.run('session/hangs', 'force-off');
    }, 90_000);

    it('is given up when it ends', async () => {
        const {machine} = await start({name: 'ends', agent: false}, "kind='agent'");
        const waiting = wait(machine, 60_000);
        waiting.catch(() => undefined);
        await pause(300);
        await virsh.run(['destroy', 'ends']);
        await expectAsync(waiting).toBeRejectedWithError(EndedBeforeReadyError);
    }, 60_000);

    it('has its memory for Looking Glass as soon as QEMU runs', async () => {
        const {machine} = await start({name: 'glass', agent: false, devices: SHMEM}, "kind='looking-glass'");
        const begin = Date.now();
        await wait(machine, 5000);
        expect(Date.now() - begin).toBeLessThan(1000);
        await following.run('session/glass', 'force-off');
        await waitFor('it is off', () => !machine.active);
    }, 60_000);
});

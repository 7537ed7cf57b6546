// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {HostList} from '../../shared/hosts/hostList.js';
import type {Boot} from '../../shared/metrics/boot.js';
import {BootLog} from '../../shared/metrics/bootLog.js';
import {Boots} from '../../shared/metrics/boots.js';
import {metadata} from '../fakes/describedHost.js';
import {waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';

/** A port that nobody listens at. */
function freePort(): number {
    const listener = new Gio.SocketListener();
    const port = listener.add_any_inet_port(null);
    listener.close();
    return port;
}

describe('The time that a real guest takes to start', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    const folder = temporaryDirectory('boots');
    /** Two programs that follow the same machines; the first one watches before it follows any. */
    const panel = new HostList();
    const boots: Boots[] = [];
    let app: Following;

    beforeAll(async () => {
        await libvirt.start();
        boots.push(new Boots(panel, {log: new BootLog(folder)}));
        panel.setHosts(['session']);
        app = await Following.start('session');
    });

    afterAll(async () => {
        for (const one of boots) one.close();
        panel.close();
        app.close();
        await virsh.removeAll();
    });

    it('is kept once, to the first answer of its agent and to being ready, whoever shows it', async () => {
        // Nobody listens there until the test does.
        const port = freePort();
        const guest = new Guest({
            name: 'timed',
            elements: metadata(`<h:ready kind='tcp' host='127.0.0.1' port='${port}'/>`),
        });
        await virsh.define(guest.xml);
        const machine = await app.reaches('session/timed', 'shutoff');
        const mine = new Boots(app.hosts, {log: new BootLog(folder)});
        boots.push(mine);
        const kept = ['', ''];
        boots.forEach((one, at) => one.onKept(({name}) => (kept[at] += `${name} `)));
        expect(await mine.boots(machine)).toEqual([]);

        const begin = GLib.get_real_time() / 1000;
        await virsh.run(['start', 'timed']);
        await guest.waitUntilReady({within: 120_000});
        const upMs = GLib.get_real_time() / 1000 - begin;
        const last = async (): Promise<Boot | undefined> => (await mine.boots(machine)).at(-1);
        await waitFor('the agent', async () => (await last())?.agentMs ?? null, {within: 60_000});
        expect((await last())!.readyMs).toBeNull();
        const service = new Gio.SocketService();
        service.add_inet_port(port, null);
        service.start();
        await waitFor('being ready', async () => (await last())?.readyMs ?? null, {within: 60_000});

        await waitFor('both to have kept it', () => kept.every(one => one.length >= 'timed timed '.length));
        const all = await mine.boots(machine);
        expect(all.length).toBe(1);
        const {startedAtMs, agentMs, readyMs, readyKind} = all[0]!;
        print(`up after ${upMs.toFixed(0)} ms, agent after ${agentMs} ms, ready after ${readyMs} ms`);
        expect(Math.abs(startedAtMs - begin)).toBeLessThan(30_000);
        // It cannot answer before it runs, which takes it some hundred milliseconds at least.
        expect(agentMs).toBeGreaterThan(100);
        expect(readyMs).toBeGreaterThanOrEqual(agentMs!);
        expect(readyKind).toBe('tcp');
        expect(kept).toEqual(['timed timed ', 'timed timed ']);

        // One that goes on where it was has not started.
        await app.run('session/timed', 'save');
        await app.run('session/timed', 'start');
        await virsh.run(['destroy', 'timed']);
        await app.reaches('session/timed', 'shutoff');
        expect((await mine.boots(machine)).length).toBe(1);
        service.close();
    }, 300_000);
});

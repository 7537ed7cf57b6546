// SPDX-License-Identifier: GPL-3.0-or-later
import {NotPermittedError} from '../../shared/libvirt/libvirtErrors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {PrivateBus} from '../fakes/privateBus.js';
import {pause} from '../harness/deadline.js';
import {CallCount, Following} from './following.js';

describe('A bus', () => {
    let bus: PrivateBus;

    beforeAll(async () => {
        bus = await PrivateBus.start({
            services: {'org.libvirt': '/usr/sbin/libvirt-dbus --session'},
            policy: '<deny send_destination="org.libvirt"/>',
        });
    });

    afterAll(async () => {
        await bus.stop();
    });

    it('that refuses us: the group is named, and nothing else is tried', async () => {
        const count = new CallCount();
        const following = new Following(['session']);
        await following.hostReaches('session', 'lost');
        const {host} = following.hosts.lists[0]!;
        expect(host.error).toBeInstanceOf(NotPermittedError);
        const problem = describeProblem(host.error);
        expect([problem.category, problem.remedy]).toEqual(['denied', 'copy-command']);
        expect(problem.command).toContain('libvirt');
        await pause(1500);
        expect(count.stop()).toEqual(['GetAllDomainStats']);
        following.close();
    });

    it('that goes away: the host is lost, and nothing runs wild', async () => {
        const following = new Following(['session']);
        await following.hostReaches('session', 'lost');
        await bus.stop();
        const count = new CallCount();
        following.hosts.retry();
        await pause(100);
        await following.hostReaches('session', 'lost', {within: 10_000});
        await pause(1500);
        expect(count.stop().length).toBeLessThan(4);
        expect(describeProblem(following.hosts.lists[0]!.host.error).category).toBe('unreachable');
        following.close();
    });
});

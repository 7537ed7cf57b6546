// SPDX-License-Identifier: GPL-3.0-or-later
import {ServiceMissingError} from '../../shared/libvirt/libvirtErrors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {PrivateBus} from '../fakes/privateBus.js';
import {pause} from '../harness/deadline.js';
import {CallCount, Following} from './following.js';

describe('A bus', () => {
    let bus: PrivateBus;

    beforeAll(async () => {
        bus = await PrivateBus.start({});
    });

    afterAll(async () => {
        await bus.stop();
    });

    it('without libvirt-dbus: it is to be installed, and asked for once', async () => {
        const count = new CallCount();
        const following = new Following(['session']);
        await following.hostReaches('session', 'lost');
        const {host} = following.hosts.lists[0]!;
        expect(host.error).toBeInstanceOf(ServiceMissingError);
        const problem = describeProblem(host.error);
        expect([problem.category, problem.remedy]).toEqual(['unreachable', 'retry']);
        expect(problem.command).toContain('install');
        await pause(1500);
        expect(count.calls).toEqual(['GetAllDomainStats']);
        following.hosts.retry();
        await following.hostReaches('session', 'lost');
        expect(count.stop().length).toBe(2);
        following.close();
    });
});

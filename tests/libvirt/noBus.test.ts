// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {NoBusError} from '../../shared/libvirt/libvirtErrors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {Following} from './following.js';

describe('Without a message bus', () => {
    it('the host is lost, and says so, each time it is asked', async () => {
        GLib.setenv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nonexistent/bus', true);
        const following = new Following(['session', 'test']);
        for (let round = 0; round < 2; round++) {
            await following.hostReaches('session', 'lost');
            await following.hostReaches('test', 'lost');
            const {error} = following.hosts.lists[0]!.host;
            expect(error).toBeInstanceOf(NoBusError);
            expect(describeProblem(error).category).toBe('unreachable');
            following.hosts.retry();
        }
        following.close();
    });
});

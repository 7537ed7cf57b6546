// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {describeProblem} from '../../shared/problems/problem.js';
import {PrivateBus} from '../fakes/privateBus.js';
import {pause} from '../harness/deadline.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {Following} from './following.js';

describe('A service that crashes', () => {
    const log = GLib.build_filenamev([temporaryDirectory('crashes'), 'log']);
    let session: PrivateBus;

    /** How often the bus has started it. */
    function starts(): number {
        const [, bytes] = GLib.file_get_contents(log);
        return new TextDecoder().decode(bytes).length;
    }

    beforeAll(async () => {
        GLib.file_set_contents(log, '');
        const program = GLib.build_filenamev([temporaryDirectory('crashing'), 'service']);
        // It lives just long enough to answer.
        GLib.file_set_contents(
            program,
            `#!/bin/sh\nprintf . >>${log}\n/usr/sbin/libvirt-dbus --session &\nsleep 0.3\nkill -9 $!\n`,
        );
        GLib.chmod(program, 0o755);
        session = await PrivateBus.start({services: {'org.libvirt': program}});
    });

    afterAll(async () => {
        await session.stop();
    });

    it('after each answer is not started for ever', async () => {
        const following = new Following(['test']);
        await following.hostReaches('test', 'ready');
        await following.hostReaches('test', 'lost', {within: 25_000});
        const {error} = following.hosts.lists[0]!.host;
        expect(describeProblem(error).category).toBe('unreachable');
        await pause(3000);
        const count = starts();
        print(`started ${count} times; ${following.hostStates.join(' ')}`);
        expect(count).toBeLessThan(10);
        await pause(4000);
        expect(starts()).toBe(count);
        following.close();
    }, 60_000);
});

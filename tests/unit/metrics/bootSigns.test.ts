// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {MACHINE_SIGNS} from '../../../shared/metrics/bootSigns.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {DescribedHost, metadata} from '../../fakes/describedHost.js';
import {pause, waitFor} from '../../harness/deadline.js';

const AGENT = `<devices><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices>`;

describe('The signs of a start', () => {
    it('are the agent’s first answer, which is waited for where there is an agent', async () => {
        const host = new DescribedHost(AGENT);
        const answered = MACHINE_SIGNS.agent(host.machine, new Gio.Cancellable());
        await waitFor('the first question', () => host.asked === 1);
        host.agent = () => Promise.resolve();
        host.announceAgent();
        expect(await answered).toBeTrue();

        const without = new DescribedHost('');
        expect(await MACHINE_SIGNS.agent(without.machine, new Gio.Cancellable())).toBeFalse();
        expect(without.asked).toBe(0);
    });

    it('are waited for no longer than somebody wants', async () => {
        const host = new DescribedHost(AGENT);
        const before = host.followers.size;
        const open = new Gio.Cancellable();
        const answered = MACHINE_SIGNS.agent(host.machine, open);
        await waitFor('the first question', () => host.asked === 1);
        open.cancel();
        await expectAsync(answered).toBeRejectedWithError(CancelledError);
        await pause(10);
        expect(host.followers.size).toBe(before);
    });

    it('are what the machine calls ready, but not that it has started', async () => {
        const host = new DescribedHost(metadata("<h:ready kind='agent'/>"));
        host.agent = () => Promise.resolve();
        expect(await MACHINE_SIGNS.ready(host.machine, new Gio.Cancellable())).toBe('agent');
        expect(await MACHINE_SIGNS.ready(new DescribedHost('').machine, new Gio.Cancellable())).toBeNull();
    });
});

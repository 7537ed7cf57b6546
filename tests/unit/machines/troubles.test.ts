// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {DomainEvent} from '../../../shared/libvirt/domainState.js';
import type {HappeningKind} from '../../../shared/machines/happening.js';
import {SignalEvent} from '../../../shared/machines/machineEvent.js';
import {Troubles} from '../../../shared/machines/troubles.js';
import {DescribedHost} from '../../fakes/describedHost.js';

function after(...kinds: HappeningKind[]): (number | null)[] {
    const troubles = new Troubles();
    troubles.takeSignal(SignalEvent.Watchdog, 1);
    troubles.takeSignal(SignalEvent.IOError, 2);
    troubles.takeSignal(SignalEvent.AgentLost, 4);
    for (const kind of kinds) troubles.take({kind, atMs: 3});
    return [troubles.crashMs, troubles.watchdogMs, troubles.ioErrorMs, troubles.agentLostMs];
}

function ioError(host: DescribedHost, path = '/vm'): void {
    host.signal(path, 'IOError', new GLib.Variant('(ssis)', ['/disk', 'virtio-disk0', 1, 'eio']));
}

describe('What went wrong with a machine', () => {
    it('is kept as long as it tells something', () => {
        expect(after()).toEqual([null, 1, 2, 4]);
        expect(after('paused', 'rebooted', 'io-error')).toEqual([null, 1, 2, 4]);
        expect(after('resumed')).toEqual([null, 1, null, 4]);
        expect(after('crashed')).toEqual([3, 1, 2, 4]);
        expect(after('crashed', 'started')).toEqual([3, null, null, null]);
        expect(after('crashed', 'restored')).toEqual([3, null, null, null]);
        expect(after('crashed', 'started', 'stopped')).toEqual([null, null, null, null]);
        expect(after('crashed', 'saved')).toEqual([null, null, null, null]);
    });

    it('is when it was told last, and for an agent since when it is away', () => {
        const troubles = new Troubles();
        for (const atMs of [1, 2]) {
            troubles.takeSignal(SignalEvent.IOError, atMs);
            troubles.takeSignal(SignalEvent.AgentLost, atMs);
        }
        expect([troubles.ioErrorMs, troubles.agentLostMs]).toEqual([2, 1]);
    });

    it('is told by signals, until it is started anew', async () => {
        const host = new DescribedHost('');
        await host.machine.loadDetails();
        const {troubles} = host.machine;
        ioError(host, '/other');
        expect(troubles.ioErrorMs).toBeNull();
        ioError(host);
        expect(troubles.ioErrorMs).not.toBeNull();
        for (const event of [DomainEvent.STOPPED, DomainEvent.STARTED])
            for (const follower of host.followers) follower.domainEvent('/vm', event, 0, ++host.serial);
        expect(troubles.ioErrorMs).toBeNull();
    });

    it('is that its agent went and came back, and no agent that had not come yet', async () => {
        const host = new DescribedHost('');
        await host.machine.loadDetails();
        const {troubles} = host.machine;
        host.announceAgent('/vm', 2, 1);
        expect(troubles.agentLostMs).toBeNull();
        host.announceAgent('/vm', 1, 2);
        host.announceAgent('/vm', 2, 2);
        expect(troubles.agentLostMs).not.toBeNull();
        host.announceAgent('/vm', 1, 2);
        expect(troubles.agentLostMs).toBeNull();
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import type {HostList} from '../../../shared/hosts/hostList.js';
import {LibvirtError} from '../../../shared/libvirt/libvirtErrors.js';
import type {Machine} from '../../../shared/machines/machine.js';
import {type DiskTrouble, DiskTroubles} from '../../../shared/metrics/diskTroubles.js';
import {TroubleLog, type Troubles} from '../../../shared/metrics/troubleLog.js';
import {nextTurn} from '../../../shared/platform/slices.js';
import {DescribedHost} from '../../fakes/describedHost.js';

const STARTED = 2;

/** The hosts of a face, as far as a log of troubles looks at them. */
class Hosts extends GObject.Object {
    static {
        GObject.registerClass(
            {GTypeName: 'TestTroubleHosts', Signals: {'items-changed': {param_types: []}}},
            this,
        );
    }

    lists: unknown[] = [];
}

async function rig(): Promise<{host: DescribedHost; machine: Machine; log: TroubleLog; hosts: Hosts}> {
    const host = new DescribedHost('');
    await host.machine.loadDetails();
    const hosts = new Hosts();
    hosts.lists = [{host}];
    const log = new TroubleLog(hosts as unknown as HostList, () => 1000);
    return {host, machine: host.machine, log, hosts};
}

function ioError(host: DescribedHost, path = '/vm'): void {
    host.signal(path, 'IOError', new GLib.Variant('(ssis)', ['/disk', 'virtio-disk0', 1, 'eio']));
}

describe('What libvirt tells unasked of a machine', () => {
    it('is each error of a disk, until it is started anew', async () => {
        const {host, machine, log} = await rig();
        ioError(host);
        ioError(host);
        ioError(host, '/other');
        expect(log.of(machine)).toEqual({
            lastIoErrorMs: 1000,
            ioErrors: 2,
            agentLostMs: null,
            agentLosses: 0,
        });
        for (const follower of host.followers) follower.domainEvent('/vm', STARTED, 0, 1);
        expect(log.of(machine).lastIoErrorMs).toBeNull();
    });

    it('is that its agent went and came back, and no agent that had not come yet', async () => {
        const {host, machine, log} = await rig();
        host.announceAgent('/vm', 2, 1);
        expect(log.of(machine).agentLostMs).toBeNull();
        host.announceAgent('/vm', 1, 2);
        host.announceAgent('/vm', 2, 2);
        expect(log.of(machine).agentLostMs).toBe(1000);
        host.announceAgent('/vm', 1, 2);
        expect([log.of(machine).agentLostMs, log.of(machine).agentLosses]).toEqual([null, 1]);
    });

    it('is followed on hosts that come, and no more on those that go', async () => {
        const {host, machine, log, hosts} = await rig();
        // One of them is the list of its machines.
        expect(host.followers.size).toBe(2);
        const list = hosts.lists.pop();
        hosts.emit('items-changed');
        expect(host.followers.size).toBe(1);
        hosts.lists.push(list);
        hosts.emit('items-changed');
        ioError(host);
        expect(log.of(machine).ioErrors).toBe(1);
        log.close();
        expect(host.followers.size).toBe(1);
    });
});

describe('The disks that are in trouble', () => {
    const quiet: Troubles = {lastIoErrorMs: null, ioErrors: 0, agentLostMs: null, agentLosses: 0};

    it('are asked for once, again after an error, and until there is none', async () => {
        let asked = 0;
        let answer: DiskTrouble[] = [];
        const client = {diskErrors: () => Promise.resolve((asked++, answer))};
        const disks = new DiskTroubles({
            active: true,
            client: () => Promise.resolve(client),
        } as unknown as Machine);
        const look = async (troubles: Troubles): Promise<readonly DiskTrouble[] | null> => {
            disks.read(troubles);
            await nextTurn();
            await nextTurn();
            return disks.read(troubles);
        };
        expect(disks.read(quiet)).toBeNull();
        expect(await look(quiet)).toEqual([]);
        expect(asked).toBe(1);
        answer = [{target: 'vda', noSpace: true}];
        expect(await look({...quiet, ioErrors: 1})).toEqual(answer);
        answer = [];
        await look({...quiet, ioErrors: 1});
        expect(await look({...quiet, ioErrors: 1})).toEqual([]);
        const before = asked;
        await look({...quiet, ioErrors: 1});
        expect(asked).toBe(before);
    });

    it('are not known where libvirt cannot tell', async () => {
        const client = {diskErrors: () => Promise.reject(new LibvirtError('not supported'))};
        const disks = new DiskTroubles({
            active: true,
            client: () => Promise.resolve(client),
        } as unknown as Machine);
        disks.read(quiet);
        await nextTurn();
        await nextTurn();
        expect(disks.read(quiet)).toBeNull();
    });
});

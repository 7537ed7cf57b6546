// SPDX-License-Identifier: GPL-3.0-or-later
import {examine} from '../../shared/health/doctor/doctor.js';
import {doctorHere} from '../../shared/health/doctor/doctorHere.js';
import {HostList} from '../../shared/hosts/hostList.js';
import {PrivateBus} from '../fakes/privateBus.js';

describe('The doctor and a bus that admits nobody to libvirt', () => {
    let bus: PrivateBus;

    beforeAll(async () => {
        bus = await PrivateBus.start({
            services: {'org.libvirt': '/usr/sbin/libvirt-dbus --session'},
            policy: '<deny send_destination="org.libvirt"/>',
        });
    });

    afterAll(() => bus.stop());

    it('names libvirt-dbus, with the group, and nothing else', async () => {
        const hosts = new HostList();
        const failedIds = async (): Promise<string[]> =>
            (await examine(doctorHere(hosts, {totalMs: 20_000})))
                .filter(({status}) => status === 'failed')
                .map(({id, fix}) => `${id}: ${fix}`);
        const before = await failedIds();
        hosts.setHosts(['session']);
        const after = (await failedIds()).filter(one => !before.includes(one));
        expect(after.length).toBe(1);
        expect(after[0]).toMatch(/^libvirt-dbus: .*usermod -aG libvirt/);
        hosts.close();
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {libvirtPorts} from '../../../shared/health/doctor/libvirtPorts.js';
import type {HostList} from '../../../shared/hosts/hostList.js';
import {LibvirtUnreachableError} from '../../../shared/libvirt/libvirtErrors.js';

describe('The doctor’s view of a connection', () => {
    it('says what libvirt said when it has gone since it answered first', async () => {
        const host = {
            id: 'system',
            error: null as LibvirtUnreachableError | null,
            whenReady: () => Promise.resolve(),
            connection: () => ({versions: () => Promise.resolve({libvirt: null, hypervisor: null})}),
            refresh() {
                this.error = new LibvirtUnreachableError('no socket', true);
                return Promise.resolve();
            },
        };
        const hosts = {lists: [{host}]} as unknown as HostList;
        const [view] = await libvirtPorts(hosts, () => null).connections();

        expect(view).toEqual({
            host: 'system',
            trouble: 'libvirt-unreachable',
            message: 'no socket',
            libvirtVersion: null,
            hypervisorVersion: null,
        });
    });
});

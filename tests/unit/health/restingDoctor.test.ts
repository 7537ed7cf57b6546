// SPDX-License-Identifier: GPL-3.0-or-later
import {DoctorList} from '../../../shared/health/doctor/doctorList.js';
import {HostList} from '../../../shared/hosts/hostList.js';
import {waitFor} from '../../harness/deadline.js';
import {healthy, readyHelper} from './healthy.js';
import {portsOf} from './patients.js';

describe('A doctor that rests', () => {
    const setUp = (ids?: readonly string[]) => {
        const asked: string[] = [];
        const ports = portsOf(healthy(), {
            helper: readyHelper(),
            pools: () => {
                asked.push('pools');
                return Promise.resolve([]);
            },
            extension: () => {
                asked.push('extension');
                return Promise.reject(new Error('of no interest'));
            },
        });
        const hosts = new HostList();
        const list = new DoctorList(ports, hosts, null, ids);
        const end = (): void => {
            list.close();
            hosts.close();
        };
        /** Hosts that come and go are of the topic “libvirt”. */
        const change = (): void => hosts.setHosts(hosts.lists.length > 0 ? [] : ['lxc']);
        return {asked, list, change, end};
    };

    it('asks only what it was made for', async () => {
        const {asked, list, end} = setUp(['pools', 'kvm']);
        await list.look();
        expect(asked).toEqual(['pools']);
        expect(new Set(list.findings.map(({id}) => id))).toEqual(new Set(['kvm']));
        end();
    });

    it('looks at what has changed meanwhile when it wakes, and not before', async () => {
        const {asked, list, change, end} = setUp(['pools', 'extension']);
        await list.look();
        list.rest();
        asked.length = 0;
        change();
        await new Promise(resolve => setTimeout(resolve, 400));
        expect(asked).toEqual([]);
        list.wake();
        await waitFor('the look', () => asked.length > 0);
        expect(asked).toEqual(['pools']);
        end();
    });

    it('does not look when it wakes and nothing has changed', async () => {
        const {asked, list, end} = setUp(['pools']);
        await list.look();
        list.rest();
        list.wake();
        expect(list.looking).toBeFalse();
        expect(asked).toEqual(['pools']);
        end();
    });
});

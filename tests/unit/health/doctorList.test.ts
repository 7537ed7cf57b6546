// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {GpuList} from '../../../shared/gpu/gpuList.js';
import {DoctorList} from '../../../shared/health/doctor/doctorList.js';
import type {FindingStatus} from '../../../shared/health/finding.js';
import {HostList} from '../../../shared/hosts/hostList.js';
import type {FakePciTree} from '../../fakes/fakePciTree.js';
import {putFile, putFolder} from '../../fakes/pci/files.js';
import {pause, waitFor} from '../../harness/deadline.js';
import {AMD} from '../setUp/pretended.js';
import {healthy, readyHelper} from './healthy.js';
import {portsOf} from './patients.js';

const SOUND = '0000:03:00.1';

describe('The list of findings', () => {
    let fake: FakePciTree;
    let hosts: HostList;
    let cards: GpuList;
    let list: DoctorList;
    let asked: number;

    beforeEach(async () => {
        fake = healthy();
        putFolder(`${fake.folder}/etc/libvirt/hooks/qemu.d`);
        hosts = new HostList();
        cards = new GpuList({
            root: fake.root,
            pciIds: null,
            events: {
                follow: callback =>
                    fake.kernel.onEvent((action, subsystem, address) =>
                        callback({action, subsystem, address}),
                    ),
            },
        });
        await cards.refresh();
        asked = 0;
        const ports = portsOf(fake, {
            helper: readyHelper(),
            pools: () => {
                asked++;
                return Promise.resolve([]);
            },
            extension: () => {
                asked++;
                return Promise.reject(new Error('no Shell'));
            },
        });
        list = new DoctorList(ports, hosts, cards);
    });

    afterEach(() => {
        list.close();
        cards.close();
        hosts.close();
    });

    const statusOf = (id: string): FindingStatus | undefined =>
        list.findings.find(finding => finding.id === id)?.status;
    const turns = (id: string, status: FindingStatus): Promise<boolean> =>
        waitFor(`${id} ${status}`, () => statusOf(id) === status, {every: 20});
    const script = (mode: number): void => {
        const path = `${fake.folder}/etc/libvirt/hooks/qemu.d/mine`;
        putFile(path, '#!/bin/sh\n');
        GLib.chmod(path, mode);
    };

    it('is empty until somebody looks, and tells as the answers come', async () => {
        let told = 0;
        list.onChanged(() => told++);
        expect(list.findings).toEqual([]);
        const looking = list.look();
        expect(list.looking).toBeTrue();
        await looking;
        expect(list.looking).toBeFalse();
        expect(statusOf('kvm')).toBe('ok');
        await waitFor('to be told', () => told > 0);
    });

    it('has a finding turn by itself, and turn back when it is mended by hand', async () => {
        await list.look();
        expect(statusOf('hook-not-run')).toBe('ok');
        script(0o644);
        await turns('hook-not-run', 'failed');
        script(0o755);
        await turns('hook-not-run', 'ok');
        await fake.lend(AMD, SOUND);
        await turns('linux-lost-card', 'failed');
        await fake.giveBack(AMD, SOUND);
        await turns('linux-lost-card', 'ok');
        // All of that was about other things.
        expect(asked).toBe(2);
    });

    it('asks nothing while nothing changes, and nothing any more once it is closed', async () => {
        await list.look();
        let told = 0;
        await pause(100);
        list.onChanged(() => told++);
        await pause(600);
        expect({told, looking: list.looking}).toEqual({told: 0, looking: false});
        const left = spyOn(hosts, 'disconnect').and.callThrough();
        list.close();
        expect(left).toHaveBeenCalled();
        script(0o644);
        await fake.lend(AMD, SOUND);
        await pause(600);
        expect(statusOf('hook-not-run')).toBe('ok');
        expect(statusOf('linux-lost-card')).toBe('ok');
        await list.look();
        expect(asked).toBe(2);
    });
});

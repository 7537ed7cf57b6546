// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {examine} from '../../shared/health/doctor/doctor.js';
import {doctorHere} from '../../shared/health/doctor/doctorHere.js';
import {DoctorList} from '../../shared/health/doctor/doctorList.js';
import type {DoctorPorts} from '../../shared/health/doctor/ports.js';
import type {Finding} from '../../shared/health/finding.js';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {CallCount, Following} from './following.js';
import {disklessDomain} from './qemuDomain.js';

const SOCKET = '/run/user/1000/libvirt/libvirt-sock';
/** One that a user's libvirt can start: it makes no bridge. */
const NETWORK = `<network><name>default</name><forward mode='bridge'/><bridge name='lo'/></network>`;
/** More than a computer has by itself. */
const HUGE = `<memoryBacking><hugepages/></memoryBacking>`;

/** libvirt as the system has it: by its daemon, which nothing starts by itself, and libvirt-dbus on the system's bus. */
class SystemLibvirt {
    #daemon: RunningProgram | null = null;
    #service: RunningProgram | null = null;

    async start(): Promise<void> {
        await this.startDaemon();
        this.startService();
    }

    async startDaemon(): Promise<void> {
        GLib.unlink(SOCKET);
        this.#daemon = new RunningProgram(['unshare', '-rm', 'bash', '/src/tests/libvirt/systemLibvirtd.sh']);
        const answers = async (): Promise<boolean> => (await virsh.try(['list'])).code === 0;
        await waitFor('libvirtd', async () => GLib.file_test(SOCKET, GLib.FileTest.EXISTS) && answers(), {
            within: 20_000,
            every: 100,
        });
    }

    startService(): void {
        const bus = GLib.getenv('DBUS_SYSTEM_BUS_ADDRESS')!;
        this.#service = new RunningProgram([
            'env',
            `DBUS_SESSION_BUS_ADDRESS=${bus}`,
            'LIBVIRT_AUTOSTART=0',
            '/usr/sbin/libvirt-dbus',
            '--session',
        ]);
    }

    async stopDaemon(): Promise<void> {
        await this.#daemon?.stop(200);
        this.#daemon = null;
    }

    async stopService(): Promise<void> {
        await this.#service?.stop();
        this.#service = null;
    }
}

/** The doctor’s world, with time for a computer that has much else to do. */
const patient = ({hosts}: Following): DoctorPorts => doctorHere(hosts, {totalMs: 20_000});

const virsh = new VirshClient();

describe('The doctor and a real libvirt', () => {
    const libvirt = new SystemLibvirt();
    let following: Following;
    let list: DoctorList;
    let before: string[];
    let roomy: string;

    const failedIn = (findings: readonly Finding[]): string[] =>
        findings
            .filter(({status}) => status === 'failed')
            .map(({id, about}) => `${id} ${about ?? ''}`.trim());
    /** What fails now and did not while nothing was the matter. */
    const fails = (): string[] => failedIn(list.findings).filter(one => !before.includes(one));
    const turnsTo = async (...wanted: string[]): Promise<void> => {
        await waitFor(
            `${wanted.join(', ') || 'nothing'} to fail`,
            () => !list.looking && fails().join() === wanted.join(),
            {
                within: 30_000,
                every: 50,
            },
        );
        // What a list has come to by signals is what a look from anew finds.
        const anew = failedIn(await examine(patient(following))).filter(one => !before.includes(one));
        expect(anew).toEqual(wanted);
    };
    const pool = async (name: string, folder: string): Promise<void> => {
        const xml = `<pool type='dir'><name>${name}</name><target><path>${folder}</path></target></pool>`;
        await virsh.run(['pool-define', '/dev/stdin'], {input: xml});
        await virsh.run(['pool-autostart', name]);
        await virsh.run(['pool-start', name]);
    };

    beforeAll(async () => {
        GLib.setenv('LIBVIRT_AUTOSTART', '0', true);
        await libvirt.start();
        await virsh.run(['net-define', '/dev/stdin'], {input: NETWORK});
        await virsh.run(['net-autostart', 'default']);
        await virsh.run(['net-start', 'default']);
        roomy = temporaryDirectory('pool');
        await pool('roomy', roomy);
        following = await waitFor('libvirt-dbus', async () => {
            const tried = new Following(['system']);
            try {
                await tried.hosts.lists[0]!.host.whenReady();
                return tried;
            } catch {
                tried.close();
                return null;
            }
        });
        list = new DoctorList(patient(following), following.hosts);
        await list.look();
        before = failedIn(list.findings);
    });

    afterAll(async () => {
        list.close();
        following.close();
        await libvirt.stopService();
        await libvirt.stopDaemon();
    });

    it('finds nothing wrong with it where nothing is', () => {
        for (const id of ['libvirt-dbus', 'libvirt', 'versions', 'network', 'pools'])
            expect(list.findings.filter(one => one.id === id).map(({status, about}) => `${about} ${status}`))
                .withContext(id)
                .toEqual([id === 'network' ? 'null ok' : id === 'pools' ? 'roomy ok' : 'system ok']);
        const version = list.findings.find(({id}) => id === 'versions');
        expect(version?.evidence).toMatch(/^libvirt \d+\.\d+\.\d+(, QEMU \d+\.\d+\.\d+)?$/);
    });

    it('asks for all of it with calls that are as many however many machines and networks there are', async () => {
        // The list, which looks by itself at what libvirt tells, asks nothing meanwhile.
        list.rest();
        await waitFor('it to have looked', () => !list.looking);
        for (const name of ['one', 'two', 'three'])
            await virsh.run(['net-define', '/dev/stdin'], {
                input: `<network><name>${name}</name><forward mode='bridge'/><bridge name='lo'/></network>`,
            });
        const count = new CallCount();
        await examine(patient(following), {ids: ['network', 'versions']});
        const calls = count.stop().sort();
        expect(calls.filter(call => call === 'ListNetworks').length).toBe(3);
        expect(calls.filter(call => call === 'NetworkLookupByName').length).toBe(1);
        for (const name of ['one', 'two', 'three']) await virsh.run(['net-undefine', name]);
        list.wake();
    });

    it('a network that is not started', async () => {
        await virsh.run(['net-destroy', 'default']);
        await turnsTo('network');
        await virsh.run(['net-start', 'default']);
        await turnsTo();
    });

    it('a pool that is nearly full, and one that is not started', async () => {
        await pool('small', '/mnt/small');
        await turnsTo('pools small');
        await virsh.run(['pool-destroy', 'small']);
        await waitFor('it to be told of as not started', () =>
            list.findings.some(({about, evidence}) => about === 'small' && /not started/.test(evidence)),
        );
        await turnsTo('pools small');
        await virsh.run(['pool-undefine', 'small']);
        await turnsTo();
    });

    it('a machine for which there are no huge pages', async () => {
        const xml = disklessDomain('huge').replace('<os>', `${HUGE}<os>`);
        await virsh.define(xml);
        await turnsTo('memory-for-devices huge');
        await virsh.run(['undefine', 'huge']);
        await turnsTo();
    });

    it('a daemon that was stopped, and started again', async () => {
        await libvirt.stopDaemon();
        // It is no unit of systemd’s here, which would have told.
        await list.look();
        await turnsTo('libvirt system');
        await libvirt.startDaemon();
        await virsh.run(['net-start', 'default']).catch(() => '');
        following.hosts.retry();
        await turnsTo();
    });

    it('a libvirt-dbus that is gone, or was never there', async () => {
        await libvirt.stopService();
        await turnsTo('libvirt-dbus system');
        libvirt.startService();
        await turnsTo();
    });
});

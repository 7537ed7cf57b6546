// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import type {MachineHealth} from '../../shared/health/machineHealth.js';
import {monotonicMs} from '../../shared/platform/clock.js';
import {CancelledError, DeadlineError} from '../../shared/platform/errors.js';
import {waitFor} from '../harness/deadline.js';
import type {GuestOptions} from '../harness/guest.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';
import {diskOn, evidenceOf, makeImage, Patient, rows, trouble} from './patient.js';

/** As long as libvirt itself waits for an agent, and no query is given up sooner: nobody here waited for that. */
const LIBVIRT_MS = 5_000;
const MAC = '52:54:00:12:34:56';

describe('The health of a machine that runs', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;

    beforeAll(async () => {
        await libvirt.start();
        following = await Following.start('session');
    });

    afterEach(async () => {
        await libvirt.continueAll();
    });

    afterAll(async () => {
        following.close();
        await virsh.removeAll();
    });

    const boot = (options: GuestOptions & {name: string}): Promise<Patient> =>
        Patient.boot(options, virsh, following);

    /** Examines until libvirt itself was quick enough for the agent to have had its time; each time within the limit. */
    async function silence(patient: Patient): Promise<MachineHealth> {
        return await waitFor('silence to be a finding', async () => {
            const began = monotonicMs();
            const health = await patient.examine();
            expect(monotonicMs() - began).toBeLessThan(LIBVIRT_MS);
            return health.findings.some(({id, status}) => id === 'guest-agent' && status === 'failed')
                ? health
                : null;
        });
    }

    it('is good where all is well, and tells of the guest; then its agent dies', async () => {
        const folder = temporaryDirectory('images');
        const base = await makeImage(`${folder}/base.qcow2`, '64M');
        const top = await makeImage(`${folder}/top.qcow2`, '64M', base);
        const patient = await boot({
            name: 'well',
            balloon: true,
            devices: `${diskOn(top)}<interface type='user'><mac address='${MAC}'/><model type='virtio'/></interface>`,
        });
        await patient.run('mke2fs /dev/vda && mkdir /mnt && mount /dev/vda /mnt');
        await patient.run('ip link set eth0 up && ip address add 10.0.2.15/24 dev eth0 && hostname tiny');
        const name = '\\033[2J<b>Tiny</b>\\u202e Linux';
        await patient.run(`printf 'ID=debian\\nPRETTY_NAME="%b"\\n' '${name}' >/etc/os-release`);
        await waitFor('the balloon', async () => rows(await patient.examine()).balloon === 'works', {
            within: 30_000,
            every: 500,
        });
        await virsh.run(['domtime', '--now', 'well']);
        const health = await patient.examine();
        expect(trouble(health)).toEqual([]);
        const {guest, process} = health.facts;
        expect(process.known && process.value?.pid).toBe(libvirt.pids('qemu-system-x86')[0]);
        if (!guest.known) throw new Error(guest.why);
        expect(guest.value.hostName).toBe('tiny');
        // What turns and moves text is gone; what is only strange is shown as it is.
        expect(guest.value.system).toMatch(/^[^\p{Cc}\p{Cf}]*<b>Tiny<\/b>[^\p{Cc}\p{Cf}]* Linux$/u);
        expect(guest.value.cards?.flatMap(({addresses}) => addresses)).toContain('10.0.2.15');
        expect(guest.value.filesystems?.map(({mountPoint, type}) => [mountPoint, type])).toEqual([
            ['/mnt', 'ext2'],
        ]);
        expect(evidenceOf(health, 'image-chain')).toContain('qcow2 → qcow2');
        expect(rows(health)).toEqual({
            'graceful-shutdown': 'works',
            heartbeat: 'works',
            'time-sync': 'works',
            clipboard: 'not-applicable',
            'display-resize': 'not-applicable',
            'shared-folders': 'missing',
            'file-freeze': 'works',
            balloon: 'works',
            'virtio-drivers': 'works',
            'report-channel': 'missing',
        });

        await patient.run('date -s 2020-01-01');
        expect(trouble(await patient.examine())).toEqual(['guest-clock failed']);
        await virsh.run(['domtime', '--now', 'well']);

        await patient.run('dd if=/dev/zero of=/mnt/full bs=64k 2>/dev/null; true');
        const full = await patient.examine();
        expect(trouble(full)).toEqual(['guest-filesystem failed']);
        expect(full.findings.find(({id}) => id === 'guest-filesystem')?.about).toBe('/mnt');
        await patient.run('rm /mnt/full');

        await patient.begin('sleep 1; killall -9 qemu-ga');
        await waitFor('the agent’s end', async () => (await virsh.try(['domtime', 'well'])).code !== 0);
        const dead = await patient.examine();
        expect(trouble(dead)).toEqual(['guest-agent failed']);
        expect(rows(dead).heartbeat).toBe('missing');
        expect(rows(dead)['virtio-drivers']).toBe('unknown');
        await patient.end();
    }, 120_000);

    it('a guest that hangs is silent, and so is an agent that hangs; all within the limit', async () => {
        const patient = await boot({name: 'silent'});
        await libvirt.signal('qemu-system-x86', 'STOP');
        const hung = await silence(patient);
        expect(hung.findings.filter(({status}) => status === 'failed').map(({id}) => id)).toEqual([
            'guest-agent',
        ]);
        expect(evidenceOf(hung, 'guest-agent')).toMatch(/has not answered within \d+ ms/);
        await libvirt.signal('qemu-system-x86', 'CONT');
        await patient.agentAnswers();

        await patient.begin('sleep 1; killall -STOP qemu-ga; echo AGENT STOPPED >/dev/console');
        await waitFor('the agent to be stopped', () => patient.guest.console().includes('AGENT STOPPED'));
        const silent = await silence(patient);
        expect(trouble(silent)).toEqual(['guest-agent failed']);
        expect(evidenceOf(silent, 'guest-agent')).toMatch(/has not answered within \d+ ms/);
        await patient.end();
    }, 120_000);

    it('cannot be told while libvirt is silent, which is no finding; and nobody has to wait for it', async () => {
        const patient = await boot({name: 'waiting', agent: false});
        const nobody = new Gio.Cancellable();
        const given = patient.examine({cancellable: nobody});
        nobody.cancel();
        await expectAsync(given).toBeRejectedWithError(CancelledError);
        await libvirt.signal(libvirt.pids('virtqemud').length > 0 ? 'virtqemud' : 'libvirtd', 'STOP');
        const began = monotonicMs();
        await expectAsync(patient.examine()).toBeRejectedWithError(DeadlineError);
        expect(monotonicMs() - began).toBeLessThan(LIBVIRT_MS);
        await libvirt.continueAll();
        const found = async (): Promise<string> => trouble(await patient.examine()).join();
        await waitFor('an answer', async () => (await found()) === 'guest-agent failed');
        expect(await found()).toBe('guest-agent failed');
        await patient.end();
    }, 120_000);
});

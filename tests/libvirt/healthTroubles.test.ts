// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {unwell} from '../../shared/health/unwell.js';
import {waitFor} from '../harness/deadline.js';
import type {GuestOptions} from '../harness/guest.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';
import {diskOn, evidenceOf, makeImage, Patient, trouble} from './patient.js';

/** The guest has none, and its agent says nothing of them then. */
const NO_FILESYSTEMS = 'guest-filesystem unknown';
/** A file system of eight mebibytes (tools/sysroot/enter.sh). */
const SMALL = '/run/small';

describe('The health of a machine that something befalls', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;

    beforeAll(async () => {
        await libvirt.start();
        following = await Following.start('session');
    });

    afterAll(async () => {
        following.close();
        await virsh.removeAll();
    });

    const boot = (options: GuestOptions & {name: string}): Promise<Patient> =>
        Patient.boot(options, virsh, following);

    it('a disk without room for its image pauses it', async () => {
        const image = await makeImage(`${SMALL}/grows.qcow2`, '64M');
        const patient = await boot({
            name: 'squeezed',
            devices: diskOn(image, {driver: "error_policy='stop'"}),
        });
        expect(trouble(await patient.examine())).toEqual(['image-space failed', NO_FILESYSTEMS]);
        await patient.begin('sleep 1; dd if=/dev/zero of=/dev/vda bs=64k count=400 oflag=direct');
        await following.reaches('session/squeezed', 'paused', {within: 60_000});
        const health = await patient.examine();
        expect(trouble(health)).toEqual([
            'io-error-pause failed',
            'disk-errors failed',
            'image-space failed',
        ]);
        expect(evidenceOf(health, 'disk-errors')).toContain('no space');
        expect(unwell(patient.machine)).toContain('disk error');
        await patient.end();
        GLib.unlink(image);
    }, 120_000);

    it('a disk error that only the guest is told of is seen', async () => {
        const image = await makeImage(`${SMALL}/told.qcow2`, '64M');
        const patient = await boot({name: 'told', devices: diskOn(image, {driver: "error_policy='report'"})});
        await patient.run('dd if=/dev/zero of=/dev/vda bs=64k count=400 oflag=direct 2>/dev/null || true');
        await waitFor('the signal', () => patient.machine.troubles.ioErrorMs !== null);
        expect(trouble(await patient.examine())).toEqual([
            'disk-errors failed',
            'image-space failed',
            NO_FILESYSTEMS,
        ]);
        await patient.end();
        GLib.unlink(image);
    }, 120_000);

    it('a crash is seen, and remembered until it has ended well', async () => {
        const patient = await boot({name: 'crashing', onCrash: 'destroy'});
        expect(trouble(await patient.examine())).toEqual([NO_FILESYSTEMS]);
        await virsh.run(['inject-nmi', 'crashing']);
        await following.reaches('session/crashing', 'shutoff', {within: 60_000});
        expect(trouble(await patient.examine())).toEqual(['crash failed']);
        expect(unwell(patient.machine)).toContain('crashed');
        await following.run('session/crashing', 'start');
        await patient.guest.waitUntilReady();
        await patient.agentAnswers();
        expect(unwell(patient.machine)).toBeNull();
        expect(trouble(await patient.examine())).toEqual(['crash failed', NO_FILESYSTEMS]);
        // Another program has seen no event, and reads it in libvirt's log.
        const later = await Following.start('session');
        const machine = later.machine('session/crashing');
        expect(machine.troubles.crashMs).toBeNull();
        const {examineMachine} = await import('../../shared/health/machineHealth.js');
        expect(trouble(await examineMachine(machine, later.hosts))).toEqual(['crash failed', NO_FILESYSTEMS]);
        await virsh.run(['destroy', 'crashing']);
        await later.reaches('session/crashing', 'shutoff');
        const ended = await examineMachine(machine, later.hosts);
        expect(trouble(ended)).toEqual([]);
        expect(evidenceOf(ended, 'crash')).toContain('it ended well');
        later.close();
    }, 120_000);

    it('a watchdog that fires is seen: one that pauses, and one that does nothing', async () => {
        for (const action of ['pause', 'none']) {
            const name = `dog-${action}`;
            const patient = await boot({name, devices: `<watchdog model='i6300esb' action='${action}'/>`});
            expect(trouble(await patient.examine())).toEqual([NO_FILESYSTEMS]);
            await patient.begin('sleep 1; watchdog -F -T 1 -t 600 /dev/watchdog');
            if (action === 'pause') await following.reaches(`session/${name}`, 'paused', {within: 60_000});
            else
                await waitFor('the watchdog', () => patient.machine.troubles.watchdogMs !== null, {
                    within: 60_000,
                });
            const found = trouble(await patient.examine());
            // One that is paused is not asked.
            const asked = action === 'pause' ? [] : [NO_FILESYSTEMS];
            expect(found)
                .withContext(action)
                .toEqual(['watchdog failed', ...asked]);
            await patient.end();
        }
    }, 120_000);

    it('firmware settings that are gone while it runs', async () => {
        const nvram = `${temporaryDirectory('nvram')}/it's.fd`;
        GLib.file_set_contents(nvram, '\0'.repeat(128 * 1024));
        const patient = await boot({name: 'flash', agent: false, nvram});
        expect(trouble(await patient.examine())).toEqual(['guest-agent failed']);
        expect(evidenceOf(await patient.examine(), 'nvram')).toContain('is there');
        GLib.unlink(nvram);
        expect(trouble(await patient.examine())).toEqual(['nvram failed', 'guest-agent failed']);
        await patient.end();
        // Off, it may as well not have been started yet.
        expect(trouble(await patient.examine())).toEqual(['nvram unknown']);
    }, 120_000);
});

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {DefinitionBusyError} from '../../shared/machines/machineErrors.js';
import type {IntegrationEdit} from '../../shared/health/integration/integrationEdit.js';
import {applyIntegration, examineMachine} from '../../shared/health/machineHealth.js';
import type {Machine} from '../../shared/machines/machine.js';
import {waitFor} from '../harness/deadline.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';
import {
    diskOn,
    evidenceOf,
    forgetBackingFormat,
    makeImage,
    Patient,
    qemuImg,
    rows,
    trouble,
} from './patient.js';

const virsh = new VirshClient();
const libvirt = new SessionLibvirt();
let following: Following;

beforeAll(() => libvirt.start());

beforeEach(async () => {
    following = await Following.start('session');
});

afterEach(async () => {
    following.close();
    await virsh.removeAll();
});

const dump = (name: string): Promise<string> => virsh.run(['dumpxml', '--inactive', '--security-info', name]);

async function define(name: string, devices: string, features = '<acpi/>'): Promise<Machine> {
    await virsh.define(`<domain type='qemu'><name>${name}</name><memory unit='MiB'>32</memory>
        <os><type arch='x86_64' machine='q35'>hvm</type></os><features>${features}</features>
        <devices>${devices}</devices></domain>`);
    return following.reaches(`session/${name}`, 'shutoff');
}

describe('Giving a machine what guest and host need together', () => {
    // But for SPICE's, which Debian's QEMU does not have built in.
    it('libvirt takes every edit, and its undoing gives the definition back to the byte', async () => {
        const edits: [IntegrationEdit, string, RegExp][] = [
            [{kind: 'agent-channel'}, '', /org\.qemu\.guest_agent\.0/],
            [{kind: 'report-channel'}, '', /io\.github\.handover\.report\.0/],
            [{kind: 'vnc-agent'}, "<graphics type='vnc' passwd='secret'/>", /qemu-vdagent/],
            [{kind: 'balloon'}, "<memballoon model='none'/>", /<stats period='5'\/>/],
            [{kind: 'acpi'}, '', /<acpi\/>/],
            [{kind: 'clock'}, '', /tickpolicy='catchup'/],
            [{kind: 'shared-folder', source: '/srv', tag: 'srv'}, '', /<target dir='srv'\/>/],
        ];
        for (const [edit, devices, mark] of edits) {
            const {kind} = edit;
            const machine = await define(kind, devices, kind === 'acpi' ? '<apic/>' : '<acpi/>');
            const before = await dump(kind);
            expect(before).withContext(kind).not.toMatch(mark);
            const applied = await applyIntegration(machine, edit);
            expect(applied.needsRestart).toBeFalse();
            expect(await dump(kind)).toMatch(mark);
            const again = await applyIntegration(machine, edit);
            await again.undo();
            expect(await dump(kind)).toMatch(mark);
            await applied.undo();
            expect(await dump(kind))
                .withContext(kind)
                .toBe(before);
        }
    }, 120_000);

    it('is not undone over what somebody has changed since', async () => {
        const machine = await define('changed', '');
        const {undo} = await applyIntegration(machine, {kind: 'report-channel'});
        await virsh.run(['desc', 'changed', '--config', 'mine']);
        await expectAsync(undo()).toBeRejectedWithError(DefinitionBusyError);
        expect(await dump('changed')).toContain('mine');
    }, 120_000);

    it('works after the next start, as the table measures', async () => {
        const patient = await Patient.boot({name: 'lonely', agent: false}, virsh, following);
        const lonely = await patient.examine();
        expect(trouble(lonely)).toEqual(['guest-agent failed']);
        expect(rows(lonely)).toEqual(
            jasmine.objectContaining({
                heartbeat: 'missing',
                'graceful-shutdown': 'unknown',
                balloon: 'missing',
            }),
        );
        const before = await dump('lonely');
        const row = (health: typeof lonely, id: string): IntegrationEdit | null =>
            health.integration.find(one => one.id === id)?.edit ?? null;
        const heartbeat = row(lonely, 'heartbeat')!;
        const balloon = row(lonely, 'balloon')!;
        const first = await applyIntegration(patient.machine, heartbeat);
        expect(first.needsRestart).toBeTrue();
        const second = await applyIntegration(patient.machine, balloon);
        // Nothing is another one before the machine is started anew.
        const given = await patient.examine();
        expect(rows(given).heartbeat).toBe('missing');
        // But it is not offered again.
        expect([row(given, 'heartbeat'), row(given, 'balloon')]).toEqual([null, null]);
        expect(given.integration.flatMap(({id, pending}) => (pending ? [id] : []))).toEqual(
            jasmine.arrayWithExactContents(['heartbeat', 'time-sync', 'file-freeze', 'balloon']),
        );
        await patient.end();
        await following.run('session/lonely', 'start');
        await patient.guest.waitUntilReady();
        await patient.agentAnswers();
        await waitFor('the balloon', async () => rows(await patient.examine()).balloon === 'works', {
            within: 20_000,
            every: 500,
        });
        const after = await patient.examine();
        expect(after.integration.filter(({pending}) => pending)).toEqual([]);
        expect(rows(after).heartbeat).toBe('works');
        expect(rows(after)['graceful-shutdown']).toBe('works');
        await patient.end();
        await second.undo();
        await first.undo();
        expect(await dump('lonely')).toBe(before);
    }, 120_000);
});

describe('The health of a machine that is off', () => {
    const examine = (machine: Machine): ReturnType<typeof examineMachine> =>
        examineMachine(machine, following.hosts);

    it('is good, and tells which image its chain of images breaks at', async () => {
        const folder = temporaryDirectory('chain');
        const base = await makeImage(`${folder}/base.qcow2`, '8M');
        const middle = await makeImage(`${folder}/middle.qcow2`, '8M', base);
        const top = await makeImage(`${folder}/top.qcow2`, '8M', middle);
        const machine = await define('chained', diskOn(top));
        expect(trouble(await examine(machine))).toEqual([]);
        GLib.unlink(base);
        const broken = await examine(machine);
        expect(trouble(broken)).toEqual(['image-chain failed']);
        expect(evidenceOf(broken, 'image-chain')).toContain(base);
        // libvirt says the same.
        expect((await virsh.try(['start', 'chained'])).err).toContain(base);
        await makeImage(base, '8M');
        await qemuImg('rebase', '-u', '-b', top, '-F', 'qcow2', base);
        const loop = await examine(machine);
        expect(trouble(loop)).toEqual(['image-chain failed']);
        expect(evidenceOf(loop, 'image-chain')).toContain('each other');
        await qemuImg('rebase', '-u', '-b', '', base);
        forgetBackingFormat(middle);
        expect(trouble(await examine(machine))).toEqual([]);
        forgetBackingFormat(top);
        const vague = await examine(machine);
        expect(trouble(vague)).toEqual(['image-chain failed']);
        expect(evidenceOf(vague, 'image-chain')).toContain('format');
        expect((await virsh.try(['start', 'chained'])).err).toContain('format');
        GLib.unlink(top);
        expect(trouble(await examine(machine))).toContain('image-chain failed');
    }, 120_000);

    it('of the test driver, which runs nothing, is not called bad', async () => {
        const test = await Following.start('test');
        const machine = await test.reaches('test/test', 'running');
        const health = await examineMachine(machine, test.hosts);
        expect(health.findings.filter(({status}) => status === 'failed')).toEqual([]);
        expect(health.integration).toEqual([]);
        test.close();
    }, 120_000);

    it('snapshots that are no more where libvirt has noted them', async () => {
        const folder = temporaryDirectory('snapshots');
        const image = await makeImage(`${folder}/a.qcow2`, '8M');
        const machine = await define('snapped', diskOn(image));
        await virsh.run(['snapshot-create-as', 'snapped', 'within']);
        expect(trouble(await examine(machine))).toEqual([]);
        expect(evidenceOf(await examine(machine), 'snapshots')).toContain('1 snapshot,');
        await qemuImg('snapshot', '-d', 'within', image);
        const gone = await examine(machine);
        expect(trouble(gone)).toEqual(['snapshots failed']);
        expect(evidenceOf(gone, 'snapshots')).toContain('within');
        await virsh.run(['snapshot-delete', '--metadata', 'snapped', 'within']);
        const overlay = `${folder}/over.qcow2`;
        await virsh.run([
            ...['snapshot-create-as', 'snapped', 'outside', '--disk-only'],
            ...['--diskspec', `vda,snapshot=external,file=${overlay}`],
        ]);
        expect(trouble(await examine(machine))).toEqual([]);
        GLib.unlink(overlay);
        expect(trouble(await examine(machine))).toEqual(['image-chain failed', 'snapshots failed']);
    }, 120_000);
});

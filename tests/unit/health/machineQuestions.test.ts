// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Verdict} from '../../../shared/health/finding.js';
import {
    judgeKind,
    judgePermission,
    judgeRelease,
    judgeSize,
    LOOKING_GLASS_QUESTIONS,
    memoryFor,
    type Mirror,
} from '../../../shared/health/doctor/lookingGlassQuestions.js';
import {
    hugePagesIn,
    judgeCode43,
    judgeMemory,
    judgeMixUp,
    judgeVirtiofs,
    lockLimitIn,
    MACHINE_QUESTIONS,
} from '../../../shared/health/doctor/machineQuestions.js';
import {readTree} from '../../../shared/setUp/setUpFacts.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {putFile} from '../../fakes/pci/files.js';
import {NVIDIA} from '../setUp/pretended.js';
import {healthy, hostdev, machineOf} from './healthy.js';
import {statusOf} from './patients.js';

const one = (verdicts: readonly Verdict[]): string => verdicts.map(({status}) => status).join(' ');

describe('The doctor’s questions on definitions', () => {
    it('Code 43: nothing hidden, all hidden, half hidden, another card', async () => {
        const {cards} = await readTree(new FakePciTree().intelGraphics().nvidiaCard().root);
        const judge = (features: string): string =>
            one(judgeCode43(machineOf(hostdev(NVIDIA), {rest: `<features>${features}</features>`}), cards));
        const hidden = "<kvm><hidden state='on'/></kvm>";
        const renamed = "<hyperv><vendor_id state='on' value='x'/></hyperv>";
        expect(judge('')).toBe('ok');
        expect(judge(hidden + renamed)).toBe('ok');
        expect(judge(`${hidden}<hyperv><relaxed state='on'/></hyperv>`)).toBe('failed');
        expect(judge(renamed)).toBe('failed');
        expect(one(judgeCode43(machineOf(''), cards))).toBe('');
    });

    it('huge pages: enough, too few, not told', () => {
        const machine = machineOf('', {rest: '<memoryBacking><hugepages/></memoryBacking>'});
        const judge = (free: number): string =>
            one(
                judgeMemory(machine, {
                    hugePages: {total: 600, free, sizeKib: 2048},
                    lockLimitKib: 64,
                    ownDevices: false,
                }),
            );
        expect(judge(512)).toBe('ok');
        expect(judge(511)).toBe('failed');
        expect(one(judgeMemory(machine, {hugePages: null, lockLimitKib: 64, ownDevices: false}))).toBe(
            'unknown',
        );
        expect(
            one(judgeMemory(machineOf(''), {hugePages: null, lockLimitKib: null, ownDevices: false})),
        ).toBe('');
    });

    it('locked memory, of the session’s machines alone', () => {
        const session = machineOf(hostdev(NVIDIA), {host: 'session'});
        const judge = (lockLimitKib: number | null, machine = session): string =>
            one(judgeMemory(machine, {hugePages: null, lockLimitKib, ownDevices: true}));
        expect(judge(64)).toBe('failed');
        expect(judge(null)).toBe('unknown');
        expect(judge(Infinity)).toBe('ok');
        expect(judge(64, machineOf(hostdev(NVIDIA)))).toBe('ok');
        // Where devices are root’s, that it is in the session is what is wrong with it.
        const roots = {hugePages: null, lockLimitKib: 64, ownDevices: false};
        expect(one(judgeMemory(session, roots))).toBe('ok');
        expect(one(judgeMixUp([session], true))).toBe('ok');
    });

    it('reads what the kernel says of memory', () => {
        expect(
            hugePagesIn('HugePages_Total:     600\nHugePages_Free:      10\nHugepagesize:       2048 kB\n'),
        ).toEqual({
            total: 600,
            free: 10,
            sizeKib: 2048,
        });
        expect(hugePagesIn('MemTotal: 1 kB\n')).toBeNull();
        expect(
            lockLimitIn('Max locked memory         8388608              8388608              bytes\n'),
        ).toBe(8192);
        expect(
            lockLimitIn('Max locked memory         unlimited            unlimited            bytes\n'),
        ).toBe(Infinity);
        expect(lockLimitIn(null)).toBeNull();
    });

    it('shared folders: shared memory, NUMA, none', () => {
        const folder =
            "<filesystem type='mount'><driver type='virtiofs'/><source dir='/x'/><target dir='x'/></filesystem>";
        const shared = "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>";
        const numa = "<cpu><numa><cell id='0' cpus='0' memory='1024' unit='MiB'/></numa></cpu>";
        expect(one(judgeVirtiofs(machineOf(folder, {rest: shared})))).toBe('ok');
        expect(one(judgeVirtiofs(machineOf(folder)))).toBe('failed');
        expect(one(judgeVirtiofs(machineOf(folder, {rest: shared + numa})))).toBe('failed');
        expect(one(judgeVirtiofs(machineOf('')))).toBe('');
    });

    it('machines of the session and of the system', async () => {
        const disk = "<disk type='file' device='disk'><source file='/a.qcow2'/><target dev='vda'/></disk>";
        const iso =
            "<disk type='file' device='cdrom'><source file='/a.iso'/><target dev='sda'/><readonly/></disk>";
        const twins = (device: string): string =>
            one(judgeMixUp([machineOf(device), machineOf(device, {host: 'session'})]));
        expect(twins(disk)).toBe('failed');
        expect(twins(iso)).toBe('ok');
        expect(one(judgeMixUp([machineOf(hostdev(NVIDIA), {host: 'session'})]))).toBe('failed');
        expect(one(judgeMixUp([machineOf(hostdev(NVIDIA))]))).toBe('ok');
        const silent = {machines: () => Promise.reject(new Error('libvirt is away'))};
        expect(await statusOf(MACHINE_QUESTIONS, 'session-or-system', healthy(), silent)).toBe('unknown');
    });
});

describe('The doctor’s questions on Looking Glass', () => {
    const file = (mode: number, may = true): Mirror['file'] => ({
        is: 'read',
        value: {mode, sizeBytes: 0, mayRead: true, mayWrite: may, changedAt: 0},
    });
    const mirror = (more: Partial<Mirror> = {}): Mirror => ({
        machine: 'win',
        running: false,
        memory: {path: '/dev/shm/looking-glass', sizeBytes: 32 * 2 ** 20},
        file: file(0o100660),
        declaredMib: null,
        moduleMib: null,
        picture: {width: 1920, height: 1080},
        ...more,
    });
    const device = {path: '/dev/kvmfr0', sizeBytes: null};

    it('the formula', () => {
        expect(memoryFor({width: 1920, height: 1080})).toBe(32);
        expect(memoryFor({width: 2560, height: 1440})).toBe(64);
        expect(memoryFor({width: 3840, height: 2160})).toBe(128);
        expect(memoryFor({width: 1920, height: 1080}, true)).toBe(64);
    });

    it('size: enough, too small, of a module, not told', () => {
        expect(one(judgeSize(mirror()))).toBe('ok');
        expect(one(judgeSize(mirror({picture: {width: 2560, height: 1440}})))).toBe('failed');
        expect(one(judgeSize(mirror({picture: null})))).toBe('unknown');
        expect(one(judgeSize(mirror({memory: device, moduleMib: [32]})))).toBe('ok');
        expect(one(judgeSize(mirror({memory: device, moduleMib: [16]})))).toBe('failed');
        expect(one(judgeSize(mirror({memory: device})))).toBe('unknown');
        expect(one(judgeSize(mirror({memory: device, moduleMib: [64], declaredMib: 32})))).toBe('failed');
        expect(one(judgeSize(mirror({memory: device, moduleMib: [64], declaredMib: 64})))).toBe('ok');
    });

    it('permission: ours, not ours, not there yet, not there, not told', () => {
        expect(one(judgePermission(mirror()))).toBe('ok');
        expect(one(judgePermission(mirror({file: file(0o100600, false)})))).toBe('failed');
        expect(judgePermission(mirror({file: file(0o100600, false)}))[0]?.fix).toMatch(
            / with: f \/dev\/shm\/[\w-]+ 0660 YOU kvm -$/,
        );
        expect(one(judgePermission(mirror({file: {is: 'absent'}})))).toBe('ok');
        expect(one(judgePermission(mirror({file: {is: 'absent'}, running: true})))).toBe('failed');
        expect(one(judgePermission(mirror({file: {is: 'unreadable', why: 'closed'}})))).toBe('unknown');
        expect(one(judgePermission(mirror({memory: device, running: true})))).toBe('');
    });

    it('kind: a device, a file in its place, not there, not told', () => {
        expect(one(judgeKind(mirror()))).toBe('ok');
        expect(one(judgeKind(mirror({memory: device, file: file(0o020660)})))).toBe('ok');
        expect(one(judgeKind(mirror({memory: device})))).toBe('failed');
        expect(one(judgeKind(mirror({memory: device, file: {is: 'absent'}})))).toBe('failed');
        expect(one(judgeKind(mirror({memory: device, file: {is: 'unreadable', why: 'closed'}})))).toBe(
            'unknown',
        );
    });

    it('releases: the same, others, not told', () => {
        expect(one(judgeRelease('win', 'B7', 'B7'))).toBe('ok');
        expect(one(judgeRelease('win', 'B7', 'B6'))).toBe('failed');
        expect(one(judgeRelease('win', 'B7', null))).toBe('unknown');
        expect(one(judgeRelease('win', null, 'B7'))).toBe('unknown');
    });

    it('are answered from files, for machines that use it', async () => {
        const fake = healthy();
        const shmem =
            "<shmem name='looking-glass'><model type='ivshmem-plain'/><size unit='M'>32</size></shmem>";
        const machines = () => Promise.resolve([machineOf(shmem), machineOf('', {name: 'other'})]);
        const ask = (id: string): Promise<string> => statusOf(LOOKING_GLASS_QUESTIONS, id, fake, {machines});
        putFile(`${fake.root.dev}/shm/looking-glass`, '');
        putFile(`${fake.root.sys}/class/drm/card0-DP-9/modes`, '2560x1440\n1920x1080\n');
        expect(await ask('looking-glass-permission')).toBe('ok');
        expect(await ask('looking-glass-size')).toBe('failed');
        putFile(`${fake.root.sys}/class/drm/card0-DP-9/modes`, '1920x1080\n');
        expect(await ask('looking-glass-size')).toBe('ok');
        expect(await ask('looking-glass-release')).toBe('unknown');
        GLib.chmod(`${fake.root.dev}/shm/looking-glass`, 0o444);
        expect(await ask('looking-glass-permission')).toBe('failed');
    });
});

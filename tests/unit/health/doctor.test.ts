// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {ALL_QUESTIONS, examine} from '../../../shared/health/doctor/doctor.js';
import {findingTitle} from '../../../shared/health/words.js';
import {monotonicMs} from '../../../shared/platform/clock.js';
import {drop} from '../../fakes/pci/files.js';
import {runProgram} from '../../harness/program.js';
import {AMD} from '../setUp/pretended.js';
import {healthy, readyHelper} from './healthy.js';
import {found, portsOf} from './patients.js';

/** Each of the troubles that people have with lent cards, with the questions that name it. */
const TROUBLES: Readonly<Record<string, readonly string[]>> = {
    'IOMMU off': ['iommu'],
    'group not viable': ['card-split', 'group'],
    'strangers in the group': ['group'],
    'unbind hangs': ['unbind-hangs'],
    'in use without a process': ['held-without-process', 'desktop-now'],
    'held, and not listed': ['held-unlisted'],
    'works once per boot': ['desktop-reopens', 'desktop-rule'],
    'two that move cards': ['other-writer', 'hook-moves-cards'],
    'refused now and then': ['pollers'],
    'Linux lost it': ['linux-lost-card'],
    'vfio-pci missing': ['vfio-module'],
    'region cannot be reserved': ['boot-framebuffer', 'firmware'],
    'stuck in D3': ['power'],
    'dead at the second start': ['amd-reset', 'reset'],
    'broke after an update': ['kernel-modules'],
    'gone after sleep': ['slept-while-lent'],
    'hook never runs': ['hook-not-run', 'guard'],
    'hook runs twice': ['hook-twice'],
    'libvirt frozen at start': ['hook-asks-libvirt'],
    'Looking Glass': [
        'looking-glass-permission',
        'looking-glass-kind',
        'looking-glass-size',
        'looking-glass-release',
    ],
    'Code 43': ['code-43'],
    'no memory to map': ['memory-for-devices'],
    'reboot hangs in the firmware': ['virtiofs-memory'],
};

describe('The doctor', () => {
    it('has questions with ids of their own, and one for each trouble', () => {
        const ids = ALL_QUESTIONS.map(({id}) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.every(id => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toBeTrue();
        for (const [trouble, asked] of Object.entries(TROUBLES))
            for (const id of asked) expect(ids).withContext(trouble).toContain(id);
        expect(ALL_QUESTIONS.every(({title}) => title() !== '')).toBeTrue();
    });

    it('has each of them in its page, and no other', () => {
        const page = new TextDecoder().decode(GLib.file_get_contents('/src/docs/doctor.md')[1]);
        const [, table = ''] = page.split('\n## Questions\n');
        const rows = [
            ...(table.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z0-9-]+)` \|.*\| (yes|no) \| (\w+) \|/gm),
        ];
        expect(rows.map(([, id, lasting, severity]) => `${id} ${lasting} ${severity}`).sort()).toEqual(
            ALL_QUESTIONS.map(
                ({id, lasting, severity}) => `${id} ${lasting ? 'yes' : 'no'} ${severity}`,
            ).sort(),
        );
    });

    it('finds nothing on a healthy computer, and can tell of everything', async () => {
        const findings = await examine(portsOf(healthy(), {helper: readyHelper()}));
        const notWell = findings.filter(({status}) => status !== 'ok');
        // The pretended processes belong to the user of the test, who may not look into the first.
        expect(notWell.map(({id, status, evidence}) => `${id} ${status} ${evidence}`)).toEqual([]);
        for (const {id} of ALL_QUESTIONS) found(findings, id);
    });

    it('calls a card by its name, and what is no card by nothing else', async () => {
        const findings = await examine(portsOf(healthy(), {helper: readyHelper()}), {
            ids: ['group', 'helper'],
        });
        const [group] = found(findings, 'group');
        expect(group?.about).toBe(AMD);
        expect(group?.aboutName).toMatch(/^AMD \S/);
        expect(findingTitle(group!)).toBe(`IOMMU group (${group!.aboutName}, ${AMD})`);
        expect(found(findings, 'helper')[0]?.aboutName).toBeUndefined();
    });

    it('asks only what is wanted, or what has changed', async () => {
        const ports = portsOf(healthy(), {helper: readyHelper()});
        const some = await examine(ports, {ids: ['kvm', 'iommu']});
        expect(some.map(({id}) => id).sort()).toEqual(['iommu', 'kvm']);
        const changed = await examine(ports, {changed: ['libvirt']});
        expect(new Set(changed.map(({id}) => id))).toEqual(
            new Set(['libvirt-dbus', 'libvirt', 'versions', 'network', 'privileges']),
        );
    });

    it('is done in two seconds when all that can hang does, and tells what it could measure', async () => {
        const never = (): Promise<never> => new Promise(() => undefined);
        const before = monotonicMs();
        const findings = await examine(
            portsOf(healthy(), {
                helper: readyHelper(),
                patience: 1,
                machines: never,
                connections: never,
                networks: never,
                pools: never,
                kernelLog: never,
                lastSleepMs: never,
                extension: never,
                session: never,
            }),
        );
        expect(monotonicMs() - before).toBeLessThan(2_000);
        const unknown = findings.filter(({status}) => status === 'unknown').map(({id}) => id);
        expect(unknown).toContain('libvirt');
        expect(unknown).toContain('extension');
        expect(found(findings, 'kvm')[0]?.status).toBe('ok');
        expect(found(findings, 'group')[0]?.status).toBe('ok');
        expect(findings.filter(({status}) => status === 'failed')).toEqual([]);
    });

    it('is as quick when drivers hang, whose files are read, and the helper does, however often it looks', async () => {
        const fake = healthy();
        const device = `${fake.root.sys}/bus/pci/devices/${AMD}`;
        for (const name of ['power_state', 'reset_method', 'resource', 'driver_override']) {
            drop(`${device}/${name}`);
            await runProgram(['mkfifo', `${device}/${name}`]);
        }
        const helper = readyHelper();
        Object.defineProperty(helper, 'client', {
            value: new Proxy({}, {get: () => () => new Promise(() => undefined)}),
        });
        for (let look = 0; look < 3; look++) {
            const before = monotonicMs();
            const findings = await examine(portsOf(fake, {helper, patience: 1}));
            expect(monotonicMs() - before).toBeLessThan(2_000);
            const unknown = findings.filter(({status}) => status === 'unknown').map(({id}) => id);
            expect(unknown).toContain('linux-lost-card');
            expect(unknown).toContain('helper');
            // What does not rest on them is answered, at the last look as at the first.
            expect(found(findings, 'kvm')[0]?.status).toBe('ok');
            expect(found(findings, 'vfio-module')[0]?.status).toBe('ok');
            expect(found(findings, 'boot-framebuffer')[0]?.status).toBe('ok');
            expect(findings.filter(({status}) => status === 'failed')).toEqual([]);
        }
    });
});

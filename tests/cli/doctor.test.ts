// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {ALL_QUESTIONS} from '../../shared/health/doctor/doctor.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {putFile} from '../fakes/pci/files.js';
import {callBus} from '../harness/bus.js';
import {type Outcome, type ProgramOptions, runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {testDriver} from '../libvirt/testDriver.js';
import {handover, json, jsonError} from './handover.js';

interface FindingJson {
    id: string;
    title: string;
    status: 'ok' | 'failed' | 'unknown';
    severity: string;
    lasting: boolean;
    about: string | null;
    evidence: string;
    fix: string;
    action: {kind: string; text: string; card?: string} | null;
}

const TEST = ['--host', 'test'];
const KEYS = [
    'id',
    'title',
    'status',
    'severity',
    'lasting',
    'about',
    'aboutName',
    'evidence',
    'fix',
    'action',
];
const IDS = ALL_QUESTIONS.map(({id}) => id);
/** What no line that is printed may hold. */
const ACTIVE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066-\u2069]/;

/** A machine that shares memory with Looking Glass. */
async function defineMirror(name: string, mib: number): Promise<void> {
    const xml = `<domain type='test'><name>${GLib.markup_escape_text(name, -1)}</name>
        <memory unit='MiB'>64</memory><os><type>hvm</type></os><devices>
        <shmem name='looking-glass'><model type='ivshmem-plain'/><size unit='M'>${mib}</size></shmem>
        </devices></domain>`;
    const connect = ['org.libvirt', '/org/libvirt/Test', 'org.libvirt.Connect'] as const;
    await callBus(connect, 'DomainDefineXML', new GLib.Variant('(s)', [xml]));
}

describe('handover doctor', () => {
    let fake: FakePciTree;

    // The doctor has no time to wait until the bus has started it.
    beforeAll(() => new SessionLibvirt().start('Test'));
    beforeEach(() => (fake = new FakePciTree().intelGraphics().amdCard()));
    afterEach(() => testDriver.clear());

    const doctor = (args: string[], options: ProgramOptions = {}): Promise<Outcome> =>
        handover(['doctor', ...TEST, ...args], {
            ...options,
            env: {HANDOVER_SYSROOT: fake.folder, ...options.env},
        });
    const findings = async (...args: string[]): Promise<FindingJson[]> => {
        const {out, err} = await doctor(['--json', ...args]);
        expect(err).toBe('');
        return json<FindingJson[]>(out);
    };

    it('prints an array of findings, and ends with 1 when one of them failed', async () => {
        const {code, out, err} = await doctor(['--json']);
        expect({code, err}).toEqual({code: 1, err: ''});
        const all = json<FindingJson[]>(out);
        for (const finding of all) {
            expect(Object.keys(finding)).toEqual(KEYS);
            expect(IDS).toContain(finding.id);
            expect(['ok', 'failed', 'unknown']).toContain(finding.status);
            expect(['hard', 'warning', 'advice']).toContain(finding.severity);
            expect(finding.lasting).toEqual(jasmine.any(Boolean));
            expect(finding.evidence).not.toBe('');
            expect(finding.fix === '').toBe(finding.status === 'ok');
        }
        expect(all.find(({id}) => id === 'helper')).toEqual(
            jasmine.objectContaining({status: 'failed', severity: 'hard', lasting: true}),
        );
        expect(all.find(({id}) => id === 'iommu')?.status).toBe('ok');
        expect(all.find(({id}) => id === 'libvirt')).toEqual(
            jasmine.objectContaining({status: 'ok', about: 'test'}),
        );
    });

    it('asks one question, several, or those that begin alike', async () => {
        expect((await findings('--id', 'iommu')).map(({id}) => id)).toEqual(['iommu']);
        const two = await findings('--id', 'second-card', '--id', 'iommu');
        expect(new Set(two.map(({id}) => id))).toEqual(new Set(['second-card', 'iommu']));
        const hooks = await findings('--id', 'hook');
        expect(hooks.map(({id}) => id)).toEqual(IDS.filter(id => id.startsWith('hook-')));
        expect(hooks.length).toBeGreaterThan(2);
        expect((await doctor(['--id', 'iommu'])).code).toBe(0);
        expect((await doctor(['--id', 'helper'])).code).toBe(1);
    });

    it('names its questions, without asking any', async () => {
        const {code, out} = await handover(['doctor', '--names'], {
            env: {DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere'},
        });
        expect({code, out}).toEqual({code: 0, out: IDS.map(id => `${id}\n`).join('')});
    });

    it('knows no other question, and no options that make no sense together', async () => {
        for (const args of [
            ['--id', 'nothing'],
            ['--id', 'look'],
            ['--fix', 'nothing'],
            ['--fix', 'hook'],
            ['--undo'],
            ['--yes'],
            ['--id', 'iommu', '--fix', 'iommu'],
            ['--id', ''],
            ['iommu'],
        ]) {
            const {code, out, err} = await doctor([...args, '--json']);
            expect({args, code, out}).toEqual({args, code: 2, out: ''});
            expect(jsonError(err)['category']).toBe('usage');
        }
        const {err} = await doctor(['--id', 'nothing']);
        for (const id of IDS) expect(err).toContain(id);
    });

    it('groups what it prints: what failed, what could not be measured, and how much is well', async () => {
        const {code, out, err} = await doctor([]);
        expect({code, err}).toEqual({code: 1, err: ''});
        expect(out).toMatch(
            /^\d+ things need attention\n {2}Error +\S.* \[[a-z-]+\]\n {16}\S.*\n {16}→ .*\n[^]*\n\n\d+ could not be measured\n {2}Not measured {2}[^]*\n\n\d+ are OK \(“--verbose” shows what was read\)\n$/,
        );
        expect(out).toMatch(/\n {2}Error +Helper \[helper\]\n/);
        expect(out).not.toContain('IOMMU: On');
        expect(out).not.toMatch(ACTIVE);
        const order = out.match(/^ {2}(Error|Warning|Advice|Not measured)/gm)!.map(label => label.trim());
        const rank = ['Error', 'Warning', 'Advice', 'Not measured'];
        expect(order).toEqual([...order].sort((one, other) => rank.indexOf(one) - rank.indexOf(other)));
        expect((await doctor(['--verbose'])).out).toMatch(/\n {2}OK +IOMMU: On, 2 groups\n/);
        // What was asked for by name is shown whatever the answer is.
        expect((await doctor(['--id', 'iommu'])).out).toBe(
            'All is well\n\n1 is OK\n  OK  IOMMU: On, 2 groups\n',
        );
    });

    it('does not say that all is well where it could not be measured', async () => {
        const {code, out} = await doctor(['--id', 'extension']);
        expect(code).toBe(0);
        expect(out).toMatch(
            /^Nothing failed\n\n1 could not be measured\n {2}Not measured {2}Extension \[extension\]\n/,
        );
    });

    it('uses colours on a terminal only, unless NO_COLOR says otherwise', async () => {
        const onTerminal = (env: Record<string, string>) =>
            runProgram(['script', '-qec', 'handover doctor --host test --id helper', '/dev/null'], {
                env: {HANDOVER_SYSROOT: fake.folder, TERM: 'xterm', ...env},
            });
        expect((await onTerminal({})).out).toContain('\x1b[31mError\x1b[0m');
        expect((await onTerminal({NO_COLOR: '1'})).out).not.toContain('\x1b[');
    });

    it('ends lines between words where the terminal ends, and nowhere in a pipe', async () => {
        const args = 'handover doctor --host test --id helper';
        const widest = async (command: string, options: ProgramOptions): Promise<number> => {
            const {out} = await runProgram(['script', '-qec', command, '/dev/null'], options);
            expect(out).toContain('[helper]');
            return Math.max(
                ...out
                    .replace(/\x1b\[\d*m/g, '')
                    .split(/\r?\n/)
                    // What to do may hold a command that is to be copied, and is left whole.
                    .filter(line => !line.includes('→'))
                    .map(line => line.length),
            );
        };
        const env = {HANDOVER_SYSROOT: fake.folder, NO_COLOR: '1', TERM: 'xterm'};
        expect(await widest(`stty cols 40; ${args} 2>/dev/null`, {env})).toBeLessThanOrEqual(40);
        expect(await widest(`stty cols 40; ${args} 2>/dev/null | cat`, {env})).toBeGreaterThan(40);
    });

    it('says that a question does not arise', async () => {
        const {code, out, err} = await doctor(['--id', 'looking-glass']);
        expect({code, out, err}).toEqual({
            code: 0,
            out: '',
            err: 'There is nothing here that this could be asked about.\n',
        });
        expect((await doctor(['--id', 'looking-glass', '--json'])).out).toBe('[]\n');
    });

    it('measures the memory of Looking Glass against the display', async () => {
        await defineMirror('win', 32);
        putFile(`${fake.root.sys}/class/drm/card0-DP-1/modes`, '3840x2160\n1920x1080\n');
        const [size] = await findings('--id', 'looking-glass-size');
        expect(size).toEqual(
            jasmine.objectContaining({
                status: 'failed',
                about: 'win',
                evidence: '32 MiB are too small for 3840 × 2160, which needs 128 MiB.',
            }),
        );
        putFile(`${fake.root.sys}/class/drm/card0-DP-1/modes`, '1920x1080\n');
        expect((await findings('--id', 'looking-glass-size')).map(({status}) => status)).toEqual(['ok']);
        expect((await findings('--id', 'looking-glass')).map(({id}) => id)).toEqual([
            'looking-glass-permission',
            'looking-glass-kind',
            'looking-glass-size',
            'looking-glass-release',
        ]);
    });

    it('lets no name do harm', async () => {
        const names = ['red \u009b31m', 'turned \u202e round', 'next\u0085line', '<b>&amp;', 'back\\slash'];
        for (const name of names) await defineMirror(name, 32);
        const {out} = await doctor(['--id', 'looking-glass-size']);
        expect(out).not.toMatch(ACTIVE);
        expect(out).toContain('red \\x9b31m');
        expect(out).toContain('turned \\u202e round');
        expect(out).toContain('<b>&amp;');
        expect(out).toContain('back\\\\slash');
        const {out: text} = await doctor(['--id', 'looking-glass-size', '--json']);
        expect(text).not.toMatch(ACTIVE);
        expect(new Set(json<FindingJson[]>(text).map(({about}) => about))).toEqual(new Set(names));
    });

    it('needs neither a bus nor an environment', async () => {
        const command = `${GLib.getenv('HANDOVER_PREFIX')}/bin/handover`;
        const bare = await runProgram(['env', '-i', 'HOME=/tmp', command, 'doctor', '--json', ...TEST]);
        expect(bare.err).toBe('');
        expect(json<FindingJson[]>(bare.out).find(({id}) => id === 'libvirt')?.status).toBe('ok');
        const nowhere = 'unix:path=/nowhere';
        const {code, out, err} = await handover(['doctor', '--json'], {
            env: {
                HANDOVER_SYSROOT: fake.folder,
                DBUS_SESSION_BUS_ADDRESS: nowhere,
                DBUS_SYSTEM_BUS_ADDRESS: nowhere,
                XDG_RUNTIME_DIR: '/nowhere',
            },
        });
        expect({code, err}).toEqual({code: 1, err: ''});
        const all = json<FindingJson[]>(out);
        expect(all.find(({id}) => id === 'iommu')?.status).toBe('ok');
        expect(all.filter(({id}) => id === 'libvirt-dbus').map(({status}) => status)).not.toContain('ok');
    });

    it('cannot mend without a helper, and says so', async () => {
        const state = {env: {XDG_STATE_HOME: `${fake.folder}/state`}};
        const guard = await doctor(['--fix', 'guard', '--yes'], state);
        expect(guard.code).toBe(1);
        expect(guard.out).toContain('→ Install Handover’s helper first, which can do it.');
        expect(guard.out).not.toContain('This would be done:');
        const words = await doctor(['--fix', 'helper', '--yes'], state);
        expect(words.code).toBe(1);
        expect(words.out).toContain('→ Install Handover for the whole system');
        expect(words.err).toBe('Handover cannot mend this by itself; what to do about it stands above.\n');
        const fine = await doctor(['--fix', 'iommu', '--yes'], state);
        expect(fine.code).toBe(0);
        expect(fine.out).toContain('There is nothing to be mended.');
        const undo = await doctor(['--fix', 'guard', '--undo', '--yes'], state);
        expect(undo).toEqual({code: 0, out: '', err: 'Nothing was done about this that could be undone.\n'});
    });
});

describe('handover doctor and libvirt', () => {
    const libvirt = new SessionLibvirt();

    afterEach(() => libvirt.continueAll());

    it('names a libvirt that does not answer, and what it could measure all the same', async () => {
        await libvirt.start();
        const ask = async (): Promise<FindingJson[]> =>
            json<FindingJson[]>((await handover(['doctor', '--json', '--host', 'session'])).out);
        expect((await ask()).find(({id}) => id === 'libvirt')?.status).toBe('ok');
        await libvirt.signal('libvirtd', 'STOP');
        const all = await ask();
        expect(all.filter(({id}) => id === 'libvirt').every(({status}) => status !== 'ok')).toBeTrue();
        expect(all.find(({id}) => id === 'kernel-modules')?.status).not.toBe('unknown');
    });
});

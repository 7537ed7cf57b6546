// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {waitFor} from '../harness/deadline.js';
import {Guest, type GuestOptions} from '../harness/guest.js';
import {type Outcome, runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {testDriver} from '../libvirt/testDriver.js';
import {handover, json, jsonError} from './handover.js';

interface FindingJson {
    id: string;
    status: string;
    about: string | null;
    evidence: string;
}

interface RowJson {
    id: string;
    status: string;
    evidence: string;
    edit: string | null;
    packages: {debian: string | null; fedora: string | null; windows: string | null} | null;
}

interface Health {
    name: string;
    uuid: string;
    host: string;
    state: string;
    reason: string;
    findings: FindingJson[];
    integration: RowJson[];
}

const HOST = ['--host', 'session'];
const ROWS = [
    'graceful-shutdown',
    'heartbeat',
    'time-sync',
    'clipboard',
    'display-resize',
    'shared-folders',
    'file-freeze',
    'balloon',
    'virtio-drivers',
    'report-channel',
];
/** What no line that is printed may hold. */
const ACTIVE = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066-\u2069]/;

const ASK_AGENT = ['qemu-agent-command', 'web', '{"execute":"guest-ping"}'];
const LOST_DISK = `<disk type='file'><driver name='qemu' type='qcow2'/><source file='/nowhere/lost.qcow2'/>
    <target dev='vda' bus='virtio'/></disk>`;

/** The agent does what it is told. */
const KILL_AGENT = JSON.stringify({
    execute: 'guest-exec',
    arguments: {path: '/bin/sh', arg: ['-c', 'killall -9 qemu-ga']},
});

describe('handover health', () => {
    const virsh = new VirshClient();
    let env: Record<string, string>;

    beforeEach(() => {
        jasmine.DEFAULT_TIMEOUT_INTERVAL = 120_000;
        env = {XDG_STATE_HOME: temporaryDirectory('state')};
    });
    afterEach(() => virsh.removeAll());

    const health = (args: string[]): Promise<Outcome> => handover(['health', ...HOST, ...args], {env});
    const examine = async (name: string): Promise<Health> => {
        const {out, err} = await health(['--json', name]);
        expect(err).toBe('');
        return json<Health>(out);
    };
    const statusOf = (all: readonly {id: string; status: string}[], id: string): string | undefined =>
        all.find(one => one.id === id)?.status;
    const boot = async (options: GuestOptions): Promise<Guest> => {
        const guest = new Guest(options);
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
        return guest;
    };
    /** A guest that answers, and whose clock is right: an emulated processor on a busy computer loses the time. */
    const bootWell = async (options: GuestOptions): Promise<Guest> => {
        const guest = await boot({name: 'web', ...options});
        await waitFor('its agent', async () => (await virsh.try([...ASK_AGENT])).code === 0, {
            within: 60_000,
            every: 200,
        });
        await virsh.run(['domtime', '--now', guest.name]);
        return guest;
    };

    it('finds a machine well whose guest answers, and tells how guest and host work together', async () => {
        await bootWell({});
        const {code, out, err} = await health(['--json', 'web']);
        expect(err).toBe('');
        const found = json<Health>(out);
        expect(found).toEqual(
            jasmine.objectContaining({name: 'web', host: 'session', state: 'running', reason: 'booted'}),
        );
        expect(found.uuid).toMatch(/^[0-9a-f-]{36}$/);
        expect(found.findings.filter(({status}) => status === 'failed')).toEqual([]);
        expect(code).toBe(0);
        expect(statusOf(found.findings, 'qemu-process')).toBe('ok');
        expect(statusOf(found.findings, 'guest-agent')).toBe('ok');
        expect(found.integration.map(({id}) => id)).toEqual(ROWS);
        expect(statusOf(found.integration, 'heartbeat')).toBe('works');
        expect(statusOf(found.integration, 'graceful-shutdown')).toBe('works');
        expect(found.integration.find(({id}) => id === 'balloon')).toEqual(
            jasmine.objectContaining({status: 'missing', edit: 'balloon'}),
        );

        const text = (await health(['web'])).out;
        expect(text).toMatch(/^web \(session\): Running\n\n/);
        expect(text).toMatch(/\n {2}OK +Process: QEMU runs as process \d+\.\n/);
        expect(text).toMatch(/\nGuest and host\n {2}Works +Graceful shutdown: /);
        expect(text).toMatch(
            /\n {2}Missing +Memory balloon: .*\n +→ .*\n +→ Handover can add it: handover health session\/web --add balloon\n/,
        );
        expect(text).not.toMatch(ACTIVE);
    });

    it('names an agent that was killed, and nothing else', async () => {
        await bootWell({});
        const before = await examine('web');
        expect(before.findings.filter(({status}) => status === 'failed')).toEqual([]);
        await virsh.run(['qemu-agent-command', 'web', KILL_AGENT]).catch(() => undefined);
        await waitFor(
            'the agent is gone',
            async () => (await virsh.try([...ASK_AGENT, '--timeout', '2'])).code !== 0,
            {within: 30_000, every: 200},
        );
        const {code, out} = await health(['--json', 'web']);
        expect(code).toBe(1);
        const found = json<Health>(out);
        expect(found.findings.filter(({status}) => status === 'failed').map(({id}) => id)).toEqual([
            'guest-agent',
        ]);
        expect(statusOf(found.integration, 'heartbeat')).toBe('missing');
        expect(found.integration.find(({id}) => id === 'heartbeat')?.packages).toEqual(
            jasmine.objectContaining({debian: 'qemu-guest-agent', fedora: 'qemu-guest-agent'}),
        );
    });

    it('names a file system of the guest that was filled, and nothing else', async () => {
        const image = `${temporaryDirectory('disk')}/disk.raw`;
        await runProgram(['truncate', '-s', '16M', image]);
        const guest = await bootWell({
            devices: `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${image}'/>
                <target dev='vda' bus='virtio'/></disk>`,
        });
        await guest.run(virsh, 'mke2fs -m 0 /dev/vda && mkdir /mnt && mount /dev/vda /mnt');
        const failed = ({findings}: Health): FindingJson[] =>
            findings.filter(({status}) => status === 'failed');
        expect(failed(await examine('web'))).toEqual([]);
        await guest.run(virsh, 'dd if=/dev/zero of=/mnt/full bs=64k || true');
        const [full, ...others] = failed(await examine('web'));
        expect(others).toEqual([]);
        expect(full).toEqual(
            jasmine.objectContaining({id: 'guest-filesystem', evidence: '/mnt is 100 % full.'}),
        );
        expect((await health(['web'])).code).toBe(1);
    });

    it('tells of all machines, a line each', async () => {
        await virsh.define(new Guest({name: 'other'}).xml);
        await virsh.define(new Guest({name: 'mute', devices: LOST_DISK}).xml);
        const {code, out, err} = await health([]);
        expect({err, code}).toEqual({err: '', code: 1});
        const lines = out.trimEnd().split('\n');
        expect(lines.length).toBe(3);
        expect(lines[0]).toMatch(/^Name +Host +State +Health$/);
        expect(lines.find(line => line.startsWith('other'))).toMatch(/^other +session +Off +All is well$/);
        expect(lines.find(line => line.startsWith('mute'))).toMatch(/^mute +session +Off +Images \(vda\)$/);
        const all = json<Health[]>((await health(['--json'])).out);
        expect(all.map(({name}) => name).sort()).toEqual(['mute', 'other']);
        expect(all.every(({integration}) => integration.length === ROWS.length)).toBeTrue();
        await virsh.run(['undefine', 'mute']);
        expect((await health([])).code).toBe(0);
    });

    it('knows no other machine, and no options that make no sense together', async () => {
        expect((await health(['nothing'])).code).toBe(3);
        for (const args of [
            ['--add', 'heartbeat'],
            ['--undo'],
            ['--yes', 'web'],
            ['--add', 'nothing', 'web'],
            ['--add', 'heartbeat', '--undo', 'web'],
        ]) {
            const {code, out, err} = await health([...args, '--json']);
            expect({args, code, out}).toEqual({args, code: 2, out: ''});
            expect(jsonError(err)['category']).toBe('usage');
        }
    });

    it('lets no name do harm', async () => {
        for (const name of ['red \u009b31m', 'turned \u202e round', '$(touch owned)', "it's"]) {
            await testDriver.define(name);
            const {out, err} = await handover(['health', '--', `test/${name}`]);
            expect(err).toBe('');
            expect(out).not.toMatch(ACTIVE);
        }
        const {out} = await handover(['health', '--host', 'test']);
        expect(out).not.toMatch(ACTIVE);
        expect(out).toContain('red \\x9b31m');
        await testDriver.clear();
    });

    it('needs no environment', async () => {
        const command = `${GLib.getenv('HANDOVER_PREFIX')}/bin/handover`;
        const {out, err} = await runProgram([
            'env',
            '-i',
            'HOME=/tmp',
            command,
            'health',
            '--json',
            'test/test',
        ]);
        expect(err).toBe('');
        expect(json<Health>(out).name).toBe('test');
    });
});

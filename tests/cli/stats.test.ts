// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {waitFor} from '../harness/deadline.js';
import {Guest, type GuestOptions} from '../harness/guest.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {testDriver} from '../libvirt/testDriver.js';
import {handover, json, jsonError} from './handover.js';

const HOST = ['--host', 'session'];
const MIB = 2 ** 20;
const PING = '{"execute":"guest-ping"}';
const UUID = '4ac9ff3e-5e35-4a6c-9b1b-9c6d2a1f0b11';

/** What `--json` prints of a machine, as far as the tests read it. */
interface Figures {
    time?: string;
    name: string;
    uuid: string;
    host: string;
    state: string;
    elapsedMs: number | null;
    cpuPercent: number | null;
    hostProcessors: number | null;
    vcpus: {index: number; usedPercent: number; waitPercent: number | null}[];
    memory: Record<string, number | null> | null;
    disk: Record<string, number | null> | null;
    disks: Record<string, unknown>[];
    network: Record<string, number | null> | null;
    bottleneck: {kind: string; sentence: string; figure: number | null} | null;
    pressure?: Record<string, unknown> | null;
    boots?: Record<string, unknown>[];
    slowBoot?: Record<string, unknown> | null;
    gpus?: unknown[] | null;
}

describe('handover stats', () => {
    const virsh = new VirshClient();

    const boot = async (options: GuestOptions): Promise<Guest> => {
        const guest = new Guest(options);
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
        return guest;
    };

    beforeEach(() => (jasmine.DEFAULT_TIMEOUT_INTERVAL = 150_000));
    afterEach(async () => {
        await virsh.removeAll();
        await testDriver.clear();
    });

    it('measures a machine that works, and one that has nothing to do', async () => {
        const image = `${temporaryDirectory('images')}/disk.raw`;
        await runProgram(['truncate', '--size', '16M', image]);
        const busy = await boot({
            name: 'busy',
            balloon: true,
            devices: `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${image}'/>
                <target dev='vda' bus='virtio'/></disk><interface type='user'><model type='virtio'/></interface>`,
        });
        await waitFor('its agent', async () => (await virsh.try(['domtime', 'busy'])).code === 0, {
            within: 60_000,
            every: 200,
        });
        await busy.run(
            virsh,
            '(while :; do dd if=/dev/zero of=/dev/vda bs=64k count=64 conv=fsync; done) >/dev/null 2>&1 &',
        );
        await boot({name: 'idle'});
        const has = (words: string[], text: string) => async (): Promise<boolean> =>
            (await virsh.try(words)).out.includes(text);
        await waitFor('its balloon', has(['dommemstat', 'busy'], 'available'), {every: 200});
        await waitFor('the other agent', has(['qemu-agent-command', 'idle', PING], 'return'), {every: 200});

        const {code, out, err} = await handover(['stats', ...HOST, '--json', 'busy']);
        expect({code, err}).toEqual({code: 0, err: ''});
        const figures = json<Figures>(out);
        expect(figures).toEqual(
            jasmine.objectContaining({
                name: 'busy',
                host: 'session',
                state: 'running',
                reason: 'booted',
            }),
        );
        expect(figures.uuid).toMatch(/^[0-9a-f-]{36}$/);
        expect(figures.elapsedMs).toBeGreaterThan(1500);
        expect(figures.cpuPercent).toBeGreaterThan(5);
        expect(figures.cpuPercent).toBeLessThanOrEqual(100);
        expect(figures.hostProcessors).toBeGreaterThan(0.05);
        expect(figures.vcpus.map(({index}) => index)).toEqual([0]);
        expect(figures.vcpus[0]!.usedPercent).toBe(figures.cpuPercent!);
        expect(figures.memory!['currentBytes']).toBe(128 * MIB);
        expect(figures.memory!['residentBytes']).toBeGreaterThan(64 * MIB);
        expect(figures.memory!['guestTotalBytes']).toBeGreaterThan(64 * MIB);
        expect(figures.memory!['guestTotalBytes']).toBeLessThan(128 * MIB);
        expect(figures.disk!['writtenBytesPerSecond']).toBeGreaterThan(64 * 1024);
        expect(figures.disk!['latencyMs']).toBeGreaterThan(0);
        expect(figures.disks).toEqual([
            jasmine.objectContaining({name: 'vda', capacityBytes: 16 * MIB}) as never,
        ]);
        // Of a network that QEMU makes by itself libvirt counts nothing.
        expect(figures.network!['inBytesPerSecond']).toBeNull();
        expect(Object.keys(figures.pressure ?? {})).toEqual(['cpu', 'memory', 'io']);
        expect(figures.bottleneck!.sentence).toMatch(/\.$/);
        expect(figures.boots).toEqual([]);
        expect(figures.slowBoot).toBeNull();

        // It comes to rest once all that a start begins is done.
        const all = await waitFor('one that rests', async () => {
            const found = await handover(['stats', ...HOST, '--json', '--interval', '1']);
            const both = json<Figures[]>(found.out);
            return (both[1]?.cpuPercent ?? 100) < (both[0]?.cpuPercent ?? 0) ? both : null;
        });
        expect(all.map(({name}) => name)).toEqual(['busy', 'idle']);
        expect(all[1]!.cpuPercent).toBeLessThan(all[0]!.cpuPercent!);
        expect(all[1]!.disk!['writtenBytesPerSecond']).toBeNull();

        const text = await handover(['stats', ...HOST, '--interval', '1', 'busy']);
        expect(text.err).toBe('');
        for (const line of [
            /^Name +busy$/m,
            /^State +Running$/m,
            /^Processors +\d+ % of 1 virtual processor, \d\.\d\d of the host’s$/m,
            /^Memory +[\d.]+ (of 128 MiB|MiB), the host holds \d+ MiB$/m,
            /^Disks +.+ read, .+ [kM]B\/s written, [\d.]+ requests\/s, [\d.]+ ms each$/m,
            /^Network +–$/m,
            /^Held back by +[^–]+\.$/m,
            /^vCPU +Used +Waits +Stolen$/m,
            /^0 +\d+ % /m,
        ])
            expect(text.out).toMatch(line);
        const table = (await handover(['stats', ...HOST, '--interval', '1'])).out.split('\n');
        expect(table[0]).toMatch(/^Name +CPU% +Memory +RSS /);
        expect(table[1]).toMatch(/^busy +\d+\.\d +\d+M\/128M +\d+M /);
        expect(table[2]).toMatch(/^idle +\d+\.\d +–\/128M /);
    });

    it('tells how busy Linux keeps its cards', async () => {
        await virsh.define(new Guest({name: 'web', agent: false}).xml, {start: true});
        const fake = new FakePciTree().intelGraphics();
        GLib.mkdir_with_parents(`${fake.root.sys}/class/drm/card1`, 0o755);
        const player = fake.processes.start({comm: 'player'});
        const descriptor = player.open('/dev/dri/card1', '226:1');
        const begin = Date.now();
        // Half of the time, as the driver counts it.
        const play = (): void => {
            const busy = (Date.now() - begin) * 0.5e6;
            const lines = ['drm-client-id:\t7', 'drm-pdev:\t0000:00:02.0', `drm-engine-video:\t${busy} ns`];
            GLib.file_set_contents(`${player.folder}/fdinfo/${descriptor}`, `${lines.join('\n')}\n`);
        };
        play();
        const playing = setInterval(play, 20);
        const env = {HANDOVER_SYSROOT: fake.folder};
        const {out} = await handover(['stats', ...HOST, '--json', 'web'], {env});
        const [card] = json<{gpus: {address: string; engines: {name: string; usedPercent: number}[]}[]}>(
            out,
        ).gpus;
        const text = await handover(['stats', ...HOST, '--interval', '1', 'web'], {env});
        clearInterval(playing);
        expect(card!.address).toBe('0000:00:02.0');
        expect(card!.engines.map(({name}) => name)).toEqual(['video']);
        expect(card!.engines[0]!.usedPercent).toBeGreaterThan(30);
        expect(card!.engines[0]!.usedPercent).toBeLessThan(70);
        expect(text.out).toMatch(/^Card 0000:00:02\.0 +video \d\d %$/m);
    });

    it('goes on with --watch until it is interrupted', async () => {
        await boot({name: 'web'});
        // They wait three intervals for the two answers that figures take.
        const asText = new RunningProgram([
            'handover',
            'stats',
            ...HOST,
            '--watch',
            '--interval',
            '3',
            'web',
        ]);
        // Two that ask in the same moment keep each other from what libvirt would have to wait for.
        await waitFor('a first look', () => asText.log().includes('\n'));
        const asJson = new RunningProgram([
            'handover',
            'stats',
            ...HOST,
            '--watch',
            '--interval',
            '3',
            '--json',
        ]);
        const lines = await waitFor(
            'three looks',
            () => {
                const all = asJson.log().split('\n').slice(0, -1);
                return all.length >= 3 && all;
            },
            {within: 60_000},
        );
        await waitFor('a look', () => asText.log().split('\n').length > 2);
        await virsh.run(['suspend', 'web']);
        await waitFor('the pause', () => asText.log().includes('web  Paused'));
        await virsh.run(['destroy', 'web']);
        await waitFor('the end', () => asText.log().includes('web  Off'));
        for (const [program, signal] of [
            [asText, 2],
            [asJson, 15],
        ] as const) {
            program.signal(signal);
            expect(await program.wait()).toBe(0);
        }
        const [first, second] = lines.map(line => JSON.parse(line) as Figures);
        expect(first!.name).toBe('web');
        expect(first!.cpuPercent).not.toBeNull();
        expect(Date.parse(second!.time!) - Date.parse(first!.time!)).toBeGreaterThan(500);
        expect(asText.log()).toMatch(
            /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}session\/web {2}CPU [<\d]+ % · \d+ (MiB|of 128 MiB)( · .+)? · .+\.\n/,
        );
    });

    it('tells of a machine that is off, and of its starts', async () => {
        await virsh.define(new Guest({name: 'slow', uuid: UUID}).xml);
        const folder = `${temporaryDirectory('state')}`;
        const path = `${folder}/handover/boots/session/${UUID}.json`;
        GLib.mkdir_with_parents(GLib.path_get_dirname(path), 0o700);
        const boots = [8000, 9000, 8000, 30_000].map((agentMs, day) => ({
            startedAtMs: Date.UTC(2026, 9, 1 + day),
            agentMs,
            readyMs: null,
            readyKind: null,
        }));
        GLib.file_set_contents(path, JSON.stringify({version: 1, boots}));
        const env = {XDG_STATE_HOME: folder};
        const figures = json<Figures>((await handover(['stats', ...HOST, '--json', 'slow'], {env})).out);
        expect(figures).toEqual(
            jasmine.objectContaining({
                state: 'shutoff',
                cpuPercent: null,
                memory: null,
                bottleneck: null,
                slowBoot: {ms: 30_000, usualMs: 8000},
            }),
        );
        expect(figures.boots!.length).toBe(4);
        expect(figures.boots![0]).toEqual({
            startedAt: '2026-10-01T00:00:00.000Z',
            agentMs: 8000,
            readyMs: null,
            readyKind: null,
        });
        const {code, out} = await handover(['stats', ...HOST, 'slow'], {env});
        expect(code).toBe(0);
        expect(out).toMatch(/^State +Off$/m);
        expect(out).toContain('agent after 30.0 s');
        expect(out).toContain('The last start took 30 s; 8 s is usual.');
        expect(out).not.toContain('Held back by');
        expect(await handover(['stats', ...HOST])).toEqual({code: 0, out: '', err: 'No machine runs.\n'});
    });

    it('says that figures take two readings, where the time is over before', async () => {
        await virsh.define(new Guest({name: 'short'}).xml, {start: true});
        for (const which of [['short'], []]) {
            const args = ['stats', ...HOST, '--timeout', '2', '--interval', '60', '--json', ...which];
            const {code, out, err} = await handover(args);
            expect({code, out, kind: jsonError(err)['kind']}).toEqual({
                code: 7,
                out: '',
                kind: 'figures-late',
            });
            expect(jsonError(err)['title']).toBe('There was no time for figures');
        }
    });

    it('ends as the other verbs do when it cannot', async () => {
        expect((await handover(['stats', ...HOST, 'nosuch'])).code).toBe(3);
        expect((await handover(['stats', '--host', 'system', '--timeout', '5'])).code).toBe(6);
        for (const interval of ['0', '0.4', '-1', 'x', '1e9', '3601']) {
            const {code, err} = await handover(['stats', '--json', '--interval', interval]);
            expect({interval, code, kind: jsonError(err)['kind']}).toEqual({
                interval,
                code: 2,
                kind: 'usage',
            });
        }
        const piped = await runProgram([
            'bash',
            '-c',
            'handover stats --host test --watch --interval 0.5 | head -c 4; echo "${PIPESTATUS[0]}"',
        ]);
        expect(piped.out).toMatch(/^\d{4}141\n$/);
    });

    it('does no harm with names that nobody would choose', async () => {
        const hostile = 'a\u009b2Jb\tc\u202ed机';
        const path = await testDriver.define(hostile);
        await testDriver.flagged(path, 'Create');
        const forms = [['stats'], ['stats', '--json'], ['stats', hostile]].map(words =>
            handover([...words, '--host', 'test', '--interval', '0.5']),
        );
        for (const {code, out, err} of await Promise.all(forms)) {
            expect({code, err}).toEqual({code: 0, err: ''});
            expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
            expect(out).toMatch(/a\\(x9b|u009b)2Jb\\tc\\u202ed机/);
        }
    });
});

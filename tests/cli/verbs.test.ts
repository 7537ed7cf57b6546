// SPDX-License-Identifier: GPL-3.0-or-later
import {testDriver} from '../libvirt/testDriver.js';
import type {Outcome} from '../harness/program.js';
import {VirshClient} from '../harness/virshClient.js';
import {BusAnswers} from './busAnswers.js';
import {handover, json, jsonError, TEST_UUID} from './handover.js';

const SHAPE = ['name', 'uuid', 'host', 'action', 'ok', 'state', 'elapsedMs'];

describe('every verb', () => {
    let path: string;

    beforeEach(async () => (path = await testDriver.define('web')));
    afterEach(() => testDriver.clear());

    const uuid = (): string => path.replace(/.*\/_/, '').replaceAll('_', '-');
    const does = async (verb: string, state: string, ...options: string[]): Promise<void> => {
        const {code, out, err} = await handover([verb, '--json', ...options, 'test/web']);
        expect({code, err}).toEqual({code: 0, err: ''});
        const result = json(out);
        const more = {start: ['steps'], stop: ['cardReturnedMs', 'steps']}[verb] ?? [];
        expect(Object.keys(result)).toEqual([...SHAPE, ...more]);
        expect(result).toEqual(
            jasmine.objectContaining({
                name: 'web',
                uuid: uuid(),
                host: 'test',
                action: verb,
                ok: true,
                state,
                elapsedMs: jasmine.any(Number),
            }),
        );
    };

    it('does what it says and prints one object', async () => {
        await does('start', 'running');
        await does('pause', 'paused');
        await does('resume', 'running');
        await does('restart', 'running');
        await does('reset', 'running');
        await does('wait', 'running', '--for', 'running');
        await does('save', 'shutoff');
        await does('start', 'running');
        await does('stop', 'shutoff');
        await does('wait', 'shutoff', '--for', 'shutoff');
        await does('start', 'running');
        await does('stop', 'shutoff', '--force', '--timeout', '0');
    });

    it('says in words what has become of the machine', async () => {
        const say = async (...args: string[]): Promise<string> => (await handover(args)).out;
        expect(await say('start', 'test/web')).toBe('web: Running\n');
        expect(await say('pause', 'test/web')).toBe('web: Paused\n');
        expect(await say('stop', '--force', 'test/web')).toBe('web: Off\n');
        expect(await say('start', 'test/web')).toBe('web: Running\n');
        expect(await say('save', 'test/web')).toBe('web: Saved\n');
        // libvirt undefines no machine with a saved state.
        expect(await say('start', 'test/web')).toBe('web: Running\n');
    });

    it('refuses to wake what does not sleep', async () => {
        const {code, err} = await handover(['wake', '--json', 'test/web']);
        expect(code).toBe(1);
        expect(jsonError(err)['kind']).toBe('not-in-that-state');
    });

    it('has nothing to stop where nothing runs', async () => {
        for (const args of [['stop'], ['stop', '--force'], ['stop', '--force', '--timeout', '0']]) {
            const {code, err} = await handover([...args, 'test/web']);
            expect({args, code}).toEqual({args, code: 1});
            expect(err).toMatch(
                /^handover: web could not be .*\. web is off already\. There is nothing to do\.\n$/,
            );
        }
    });

    it('shows a machine', async () => {
        const {code, out} = await handover(['show', '--json', 'test/web']);
        expect(code).toBe(0);
        const shown = json(out);
        expect(shown).toEqual({
            name: 'web',
            uuid: uuid(),
            state: 'shutoff',
            reason: 'unknown',
            host: 'test',
            title: '',
            description: '',
            shortName: 'web',
            since: null,
            persistent: true,
            autostart: false,
            vcpus: 1,
            memoryKib: 8192,
            shutdownDeadlineSeconds: 60,
            ready: {kind: 'started', host: null, port: null},
            client: {kind: 'none', host: null, app: null},
            actions: ['start'],
        });
        const text = (await handover(['show', 'test/web'])).out;
        expect(text).toMatch(
            /^Name +web\nState +Off\nHost +test\nUUID +[0-9a-f-]{36}\nVirtual CPUs +1\nMemory +8 MiB\n/,
        );
        expect(text).toMatch(
            /\nReady when +It has started\nOpens with +Nothing\nShutdown deadline +60 seconds\n$/,
        );
    });

    /** Starts to wait for a machine, and does something when it is followed. */
    const meanwhile = async (what: () => Promise<unknown>, ...args: string[]): Promise<Outcome> => {
        const answers = await BusAnswers.listen();
        const waiting = handover(['wait', '--timeout', '20', ...args]);
        await answers.come();
        await answers.stop();
        await what();
        return waiting;
    };

    it('waits until something happens', async () => {
        const waiting = meanwhile(() => testDriver.flagged(path, 'Create'), '--for', 'running', 'test/web');
        expect(await waiting).toEqual({code: 0, out: 'web: Running\n', err: ''});
    });

    it('waits for a machine to be gone', async () => {
        const transient = await testDriver.create('passing');
        const {code, out} = await meanwhile(
            () => testDriver.flagged(transient, 'Destroy'),
            ...['--for', 'gone', '--json', 'test/passing'],
        );
        expect(code).toBe(0);
        expect(json(out)).toEqual(jasmine.objectContaining({name: 'passing', state: 'gone'}));
        const again = await handover(['wait', '--for', 'gone', 'test/passing']);
        expect({code: again.code, out: again.out}).toEqual({code: 0, out: 'passing: Gone\n'});
    });

    it('tells that a machine went while it was waited for', async () => {
        const transient = await testDriver.create('passing');
        const {code, err} = await meanwhile(
            () => testDriver.flagged(transient, 'Destroy'),
            ...['--for', 'paused', '--json', 'test/passing'],
        );
        expect(code).toBe(3);
        expect(jsonError(err)['kind']).toBe('machine-gone');
    });

    it('prints its version and how it is used', async () => {
        expect((await handover(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
        for (const args of [['--help'], ['stop', '--help'], []]) {
            const {code, out, err} = await handover(args);
            expect({code, err}).toEqual({code: 0, err: ''});
            expect(out).toMatch(/^USAGE\n/);
        }
        expect((await handover(['top', '--help'])).out).toContain('“handover stats MACHINE” looks closer');
        expect((await handover(['stats', '--help'])).out).toContain('from all that is known of it');
    });
});

describe('the machine that is meant', () => {
    afterEach(() => testDriver.clear());

    const found = async (...args: string[]): Promise<unknown> => {
        const {code, out, err} = await handover(['show', '--json', ...args]);
        return code === 0 ? json(out)['name'] : `${code}: ${String(jsonError(err)['kind'])}`;
    };

    it('is given by name, UUID or HOST/NAME', async () => {
        expect(await found('--host', 'test', 'test')).toBe('test');
        expect(await found('--host', 'test', TEST_UUID)).toBe('test');
        expect(await found('--host', 'test', TEST_UUID.toUpperCase())).toBe('test');
        expect(await found('test/test')).toBe('test');
        expect(await found(`test/${TEST_UUID}`)).toBe('test');
    });

    it('is never guessed', async () => {
        expect(await found('--host', 'test', 'tes')).toBe('3: no-such-machine');
        expect(await found('--host', 'test', 'TEST')).toBe('3: no-such-machine');
        expect(await found('--host', 'session', 'test')).toBe('3: no-such-machine');
        expect(await found('--host', 'test', TEST_UUID.replace('6695', '6696'))).toBe('3: no-such-machine');
    });

    it('is not left empty', async () => {
        for (const args of [[''], ['--host', 'test', ''], ['test/']])
            expect(await found(...args)).toBe('2: usage');
        expect((await handover(['watch', ''])).code).toBe(2);
    });

    it('is not the one that is called like the UUID of another', async () => {
        await testDriver.define(TEST_UUID);
        const text = await handover(['stop', '--force', `test/${TEST_UUID}`]);
        expect({code: text.code, out: text.out}).toEqual({code: 2, out: ''});
        expect(text.err).toBe(
            `handover: Which machine? ${TEST_UUID} is the name of one machine and the UUID of another. ` +
                'Give the UUID of the first, or the name of the second.\n',
        );
        expect(await found('test/test')).toBe('test');
        const other = (await testDriver.paths()).find(path => !path.includes(TEST_UUID.slice(0, 8)))!;
        expect(await found(`test/${other.replace(/.*\/_/, '').replaceAll('_', '-')}`)).toBe(TEST_UUID);
    });

    it('must be on one host only', async () => {
        const virsh = new VirshClient();
        await virsh.define(
            "<domain type='qemu'><name>test</name><memory unit='MiB'>32</memory><os><type arch='x86_64'>hvm</type></os></domain>",
        );
        const both = ['--host', 'test', '--host', 'session'];
        const {code, err} = await handover(['start', ...both, '--json', 'test']);
        expect(code).toBe(2);
        expect(jsonError(err)).toEqual({
            kind: 'ambiguous-machine',
            category: 'usage',
            title: 'Which machine?',
            body: 'Several hosts have a machine called test: test, session. Choose one with “--host”.',
            detail: 'More than one machine has that name',
            command: null,
        });
        const text = await handover(['start', ...both, 'test']);
        expect(text.err).toBe(
            'handover: Which machine? Several hosts have a machine called test: test, session. Choose one with “--host”.\n',
        );
        expect(await found('session/test')).toBe('test');
        const names = await handover(['list', '--names', ...both]);
        expect(names.out).toBe('test/test\nsession/test\n');
        await virsh.removeAll();
    });
});

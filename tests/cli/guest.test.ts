// SPDX-License-Identifier: GPL-3.0-or-later
import {pause, waitFor} from '../harness/deadline.js';
import {Guest, type GuestOptions} from '../harness/guest.js';
import {RunningProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {BusAnswers} from './busAnswers.js';
import {handover, json, jsonError} from './handover.js';

const HOST = ['--host', 'session'];

describe('a machine that really runs', () => {
    const virsh = new VirshClient();

    const boot = async (options: GuestOptions): Promise<Guest> => {
        const guest = new Guest(options);
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
        return guest;
    };

    beforeEach(() => (jasmine.DEFAULT_TIMEOUT_INTERVAL = 120_000));
    afterEach(() => virsh.removeAll());

    it('is started, restarted, paused, saved, started again and stopped', async () => {
        const guest = new Guest({name: 'web'});
        await virsh.define(guest.xml);
        expect((await handover(['start', ...HOST, 'web'])).out).toBe('web: Running\n');
        await guest.waitUntilReady();
        expect((await handover(['restart', ...HOST, '--timeout', '30', 'web'])).out).toBe('web: Running\n');
        await guest.waitUntilReady({times: 2});
        expect((await handover(['pause', ...HOST, 'web'])).out).toBe('web: Paused\n');
        expect((await handover(['resume', ...HOST, 'web'])).out).toBe('web: Running\n');
        expect((await handover(['save', ...HOST, 'web'])).out).toBe('web: Saved\n');
        expect((await handover(['start', ...HOST, 'web'])).out).toBe('web: Running\n');
        const shown = json((await handover(['show', ...HOST, '--json', 'web'])).out);
        expect(shown).toEqual(jasmine.objectContaining({state: 'running', vcpus: 1, memoryKib: 131072}));
        expect(Date.parse(shown['since'] as string)).toBeGreaterThan(Date.now() - 60_000);
        expect((await handover(['stop', ...HOST, '--timeout', '30', 'web'])).out).toBe('web: Off\n');
        expect(await virsh.state('web')).toEqual({state: 'shut off', reason: 'shutdown'});
    });

    it('may ignore the shutdown, until force is used', async () => {
        await boot({name: 'deaf', behaviour: 'ignore-shutdown', agent: false});
        const asked = await handover(['stop', ...HOST, '--timeout', '1', '--json', 'deaf']);
        expect(asked.code).toBe(7);
        expect(jsonError(asked.err)).toEqual(
            jasmine.objectContaining({
                kind: 'guest-ignored',
                category: 'timeout',
                title: 'deaf did not shut down',
                detail: 'The guest did not shutdown within 1000 ms',
            }),
        );
        expect((await virsh.state('deaf')).state).toBe('running');
        const begin = Date.now();
        const forced = await handover(['stop', ...HOST, '--force', '--timeout', '1', '--json', 'deaf']);
        expect(forced.err).toBe('');
        expect(json(forced.out)).toEqual(
            jasmine.objectContaining({action: 'stop', ok: true, state: 'shutoff'}),
        );
        expect(Date.now() - begin).toBeGreaterThan(1000);
        expect(await virsh.state('deaf')).toEqual({state: 'shut off', reason: 'destroyed'});
    });

    it('is left alone when the wait for it is interrupted', async () => {
        await boot({name: 'deaf', behaviour: 'ignore-shutdown', agent: false});
        for (const [signal, code] of [
            [2, 130],
            [15, 143],
        ] as const) {
            const answers = await BusAnswers.listen();
            const stopping = new RunningProgram(['handover', 'stop', ...HOST, '--timeout', '60', 'deaf']);
            await answers.come('Shutdown');
            await answers.stop();
            await pause(300);
            stopping.signal(signal);
            expect(await stopping.wait()).toBe(code);
            expect(stopping.log()).toBe(
                'handover: Interrupted. deaf was asked to shut down and may still do so. Nothing was forced; ' +
                    '“handover show” tells its state.\n',
            );
        }
        expect((await virsh.state('deaf')).state).toBe('running');
    });

    it('is watched', async () => {
        const guest = new Guest({name: 'web'});
        const other = new Guest({name: 'other'});
        await new SessionLibvirt().start();
        const answers = await BusAnswers.listen();
        const asText = new RunningProgram(['handover', 'watch', ...HOST]);
        const asJson = new RunningProgram(['handover', 'watch', ...HOST, '--json']);
        await answers.come('GetAllDomainStats', 2);
        await answers.stop();
        await virsh.define(guest.xml, {start: true});
        await virsh.define(other.xml);
        await virsh.run(['suspend', 'web']);
        await virsh.run(['resume', 'web']);
        await virsh.run(['destroy', 'web']);
        await virsh.run(['undefine', 'web']);
        const lines = await waitFor('all events', () => {
            const all = asJson.log().split('\n').slice(0, -1);
            return all.length >= 7 && all;
        });
        await waitFor('all of them in words', () => asText.log().split('\n').length > 7);
        for (const watching of [asText, asJson]) {
            watching.signal(2);
            expect(await watching.wait()).toBe(0);
        }
        const events = lines.map(line => JSON.parse(line) as Record<string, unknown>);
        expect(events.map(({name, event, state}) => [name, event, state])).toEqual([
            ['web', 'defined', 'shutoff'],
            ['web', 'started', 'running'],
            ['other', 'defined', 'shutoff'],
            ['web', 'paused', 'paused'],
            ['web', 'resumed', 'running'],
            ['web', 'stopped', 'shutoff'],
            ['web', 'removed', 'shutoff'],
        ]);
        expect(Object.keys(events[0]!)).toEqual(['time', 'event', 'name', 'uuid', 'state', 'reason', 'host']);
        expect(events[1]!['uuid']).toMatch(/^[0-9a-f-]{36}$/);
        expect(Date.parse(events[0]!['time'] as string)).toBeGreaterThan(Date.now() - 60_000);
        expect(asText.log()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}session\/web {2}Machine added\n/);
        expect(asText.log()).toContain('  session/web  Forced off\n');
    });

    it('is watched alone', async () => {
        await virsh.define(new Guest({name: 'web'}).xml);
        await virsh.define(new Guest({name: 'other'}).xml);
        const answers = await BusAnswers.listen();
        const watching = new RunningProgram(['handover', 'watch', '--json', 'session/web']);
        await answers.come();
        await answers.stop();
        await virsh.run(['start', 'other']);
        await virsh.run(['start', 'web']);
        await waitFor('the event', () => watching.log().endsWith('\n'));
        watching.signal(15);
        expect(await watching.wait()).toBe(0);
        expect(json(watching.log())).toEqual(jasmine.objectContaining({name: 'web', event: 'started'}));
    });

    it('may sleep, and be woken', async () => {
        // A guest that obeys takes the wake-up for the power button.
        const guest = await boot({name: 'sleepy', behaviour: 'ignore-shutdown'});
        await waitFor('its agent', async () => {
            const reply = await virsh.try(['qemu-agent-command', guest.name, '{"execute":"guest-ping"}']);
            return reply.code === 0;
        });
        const waiting = handover(['wait', ...HOST, '--for', 'pmsuspended', '--timeout', '40', 'sleepy']);
        await virsh.run(['dompmsuspend', 'sleepy', 'mem']);
        expect(await waiting).toEqual({code: 0, out: 'sleepy: Asleep\n', err: ''});
        const {code, out, err} = await handover(['wake', ...HOST, '--json', 'sleepy']);
        expect({code, err}).toEqual({code: 0, err: ''});
        expect(json(out)).toEqual(
            jasmine.objectContaining({name: 'sleepy', action: 'wake', ok: true, state: 'running'}),
        );
    });

    it('may crash, which can be waited for', async () => {
        await boot({name: 'fragile', onCrash: 'preserve'});
        const answers = await BusAnswers.listen();
        const waiting = handover([
            'wait',
            ...HOST,
            '--for',
            'crashed',
            '--timeout',
            '40',
            '--json',
            'fragile',
        ]);
        await answers.come();
        await answers.stop();
        await virsh.run(['inject-nmi', 'fragile']);
        const {code, out} = await waiting;
        expect(code).toBe(0);
        expect(json(out)).toEqual(jasmine.objectContaining({state: 'crashed', action: 'wait'}));
        // It cannot be asked any more, so force need not wait.
        const begin = Date.now();
        expect((await handover(['stop', ...HOST, '--force', 'fragile'])).code).toBe(0);
        expect(Date.now() - begin).toBeLessThan(5000);
    });

    it('may be transient and vanish', async () => {
        const guest = new Guest({name: 'passing'});
        await virsh.define(guest.xml, {transient: true});
        const shown = json((await handover(['show', ...HOST, '--json', 'passing'])).out);
        expect(shown['persistent']).toBe(false);
        const stopped = await handover(['stop', ...HOST, '--force', '--timeout', '0', '--json', 'passing']);
        expect(stopped.err).toBe('');
        expect(json(stopped.out)).toEqual(jasmine.objectContaining({name: 'passing', ok: true}));
        expect((await handover(['start', ...HOST, 'passing'])).code).toBe(3);
    });
});

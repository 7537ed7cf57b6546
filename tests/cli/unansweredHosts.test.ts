// SPDX-License-Identifier: GPL-3.0-or-later
import {pause, waitFor} from '../harness/deadline.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {testDriver} from '../libvirt/testDriver.js';
import {BusAnswers} from './busAnswers.js';
import {handover, jsonError} from './handover.js';
import {PrivateBus} from './privateBus.js';

describe('a host that has not answered', () => {
    const libvirt = new SessionLibvirt();

    afterEach(async () => {
        await libvirt.continueAll();
        await testDriver.clear();
    });

    it('may have the machine, so nobody says that there is none', async () => {
        await libvirt.start();
        await libvirt.signal('libvirtd', 'STOP');
        const limit = ['--timeout', '2', '--json', 'nosuch'];
        for (const args of [['wait', '--for', 'gone'], ['show'], ['start'], ['stop']]) {
            const {code, out, err} = await handover([...args, ...limit]);
            expect({args, code, out}).toEqual({args, code: 7, out: ''});
            expect(jsonError(err)['category']).toBe('timeout');
        }
        await libvirt.continueAll();
        const both = ['--host', 'test', '--host', 'session'];
        const gone = await handover(['wait', '--for', 'gone', ...both, 'nosuch']);
        expect(gone).toEqual({code: 0, out: 'nosuch: Gone\n', err: ''});
    });

    it('has no machines where there is no libvirt, as on this system bus', async () => {
        for (const args of [['wait', '--for', 'running'], ['show'], ['start'], ['stop'], ['watch']]) {
            const {code, out, err} = await handover([...args, '--json', 'nosuch']);
            expect({args, code, out}).toEqual({args, code: 3, out: ''});
            expect(jsonError(err)['category']).toBe('missing');
        }
        expect((await handover(['show', 'system/nosuch'])).code).toBe(6);
    });

    it('is no obstacle when another one has the machine', async () => {
        const {code, out, err} = await handover([
            'show',
            '--json',
            '--host',
            'test',
            '--host',
            'system',
            'test',
        ]);
        expect({code, err}).toEqual({code: 0, err: ''});
        expect(out).toContain('"name":"test"');
    });

    it('does not keep a machine from being forced off, however short its guest’s time is', async () => {
        await testDriver.flagged(await testDriver.define('web'), 'Create');
        await libvirt.signal('libvirt-dbus', 'STOP');
        const stopping = handover(['stop', '--force', '--timeout', '0.3', 'test/web']);
        await pause(1200);
        await libvirt.continueAll();
        expect(await stopping).toEqual({code: 0, out: 'web: Off\n', err: ''});
    });

    it('is told of when it is lost while a machine is waited for', async () => {
        const bus = new PrivateBus();
        await bus.ready();
        const env = {DBUS_SESSION_BUS_ADDRESS: bus.address};
        const service = new RunningProgram(['libvirt-dbus', '--session'], {env});
        await waitFor(
            'libvirt-dbus',
            async () => (await handover(['list', '--host', 'test'], {env})).code === 0,
        );
        const answers = await BusAnswers.listen(env);
        const waiting = new RunningProgram(['handover', 'wait', '--for', 'shutoff', 'test/test'], {env});
        await answers.come();
        await pause(500);
        expect(waiting.log()).toBe('');
        await bus.stop();
        // It is asked for a while before it counts as lost.
        await waitFor('the warning', () => waiting.log().endsWith('\n'), {within: 40_000});
        expect(waiting.log()).toMatch(/^handover: test is left out: .+\n$/);
        expect(waiting.running).toBeTrue();
        await waiting.stop();
        await service.stop();
        await answers.stop();
    });
});

describe('hosts in the settings that nobody knows', () => {
    const env = {GSETTINGS_BACKEND: 'keyfile', XDG_CONFIG_HOME: '/tmp/unknown-host-settings'};
    const prefer = (hosts: string): Promise<unknown> =>
        runProgram(['gsettings', 'set', 'io.github.handover.Handover', 'hosts', hosts], {env});

    it('are passed over, with a warning', async () => {
        await prefer("['moon', 'test', 'test']");
        const {code, out, err} = await handover(['list', '--names'], {env});
        expect({code, out}).toEqual({code: 0, out: 'test\n'});
        expect(err).toMatch(/^handover: The settings name a host that does not exist: moon\. .*\n$/);
        const asJson = await handover(['list', '--json'], {env});
        expect(JSON.parse(asJson.err)).toEqual({
            warning: jasmine.objectContaining({about: 'moon', kind: 'unknown-host'}),
        });
        const shown = await handover(['show', '--json', 'test'], {env});
        expect(shown.code).toBe(0);
        const gone = await handover(['wait', '--for', 'gone', 'nosuch'], {env});
        expect({code: gone.code, out: gone.out}).toEqual({code: 0, out: 'nosuch: Gone\n'});
        expect(gone.err).toMatch(/^handover: The settings [^\n]*\n$/);
    });

    it('leave the hosts that are looked at without settings', async () => {
        await prefer("['moon']");
        const listed = await handover(['list'], {env});
        expect(listed.code).toBe(0);
        expect(listed.err).toMatch(
            /does not exist: moon\..*\n.*system is left out.*\nThere are no machines\.\n$/,
        );
        const watching = new RunningProgram(['handover', 'watch'], {env});
        await waitFor('both warnings', () => watching.log().trim().split('\n').length === 2);
        expect(watching.log()).toMatch(/does not exist: moon\..*\n.*system is left out/);
        await watching.stop();
        for (const args of [['show'], ['start']])
            expect((await handover([...args, 'nosuch'], {env})).code).toBe(3);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {RunningProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {testDriver} from '../libvirt/testDriver.js';
import {handover, jsonError} from './handover.js';
import {PrivateBus} from './privateBus.js';

describe('the exit code', () => {
    const libvirt = new SessionLibvirt();
    const onSystem = (bus: PrivateBus) => ({env: {DBUS_SYSTEM_BUS_ADDRESS: bus.address}});

    afterEach(async () => {
        await libvirt.continueAll();
        await testDriver.clear();
    });

    it('is 1 when it failed, with the original message for who wants it', async () => {
        expect((await handover(['start', 'test/test'])).code).toBe(1);
        const path = await testDriver.define('web');
        await testDriver.flagged(path, 'Create');
        await testDriver.call(path, 'Suspend');
        const plain = await handover(['stop', 'test/web']);
        expect(plain.code).toBe(1);
        expect(plain.err).toMatch(/^handover: web could not be shut down\. .*\n$/);
    });

    for (const [what, args] of Object.entries({
        'no such verb': ['explode'],
        'no such option': ['list', '--colour'],
        'no machine': ['start'],
        'too many machines': ['start', 'a', 'b'],
        'no such host': ['list', '--host', 'moon'],
        'no number': ['list', '--timeout', 'soon'],
        'a negative number': ['list', '--timeout', '-1'],
        'no state': ['wait', 'test/test'],
        'no such state': ['wait', '--for', 'happiness', 'test/test'],
        'a value for a switch': ['list', '--verbose=perhaps'],
    })) {
        it(`is 2 for a command line that makes no sense: ${what}`, async () => {
            const text = await handover(args);
            expect({code: text.code, out: text.out}).toEqual({code: 2, out: ''});
            expect(text.err).toMatch(/^handover: .+\nTry “handover --help”\.\n$/s);
            const asJson = await handover([...args, '--json']);
            expect(asJson.code).toBe(2);
            expect(jsonError(asJson.err)).toEqual(
                jasmine.objectContaining({kind: 'usage', category: 'usage'}),
            );
        });
    }

    for (const [args, sentence] of [
        [['start'], 'MACHINE is missing.'],
        [['start', 'one', 'more'], '“more” is one word too many.'],
        [
            ['start', '--close-app', 'one'],
            'There is no option “--close-app” here. Did you mean “--close-apps”?',
        ],
        [['list', '--host', 'mars'], '“mars” does not fit --host: expected one of system'],
        [['list', '--host'], 'Nothing is given for --host.'],
        [['gpu', 'tkae'], '“tkae” does not fit status|take|return|force-back|journal: expected one of'],
        [['gpu', 'force-back', '--up-to', 'moon'], '“moon” does not fit --up-to: expected one of return'],
    ] as const)
        it(`says in a sentence what is wrong with ${args.join(' ')}`, async () => {
            const {code, err} = await handover([...args]);
            expect(code).toBe(2);
            expect(err).toContain(`handover: ${sentence}`);
        });

    it('is 3 for a machine that is not there', async () => {
        for (const verb of [
            'show',
            'start',
            'stop',
            'restart',
            'reset',
            'pause',
            'resume',
            'save',
            'wake',
            'watch',
        ]) {
            const {code, err} = await handover([verb, '--json', 'test/nothing']);
            expect([verb, code]).toEqual([verb, 3]);
            expect(jsonError(err)).toEqual({
                kind: 'no-such-machine',
                category: 'missing',
                title: 'No such machine',
                body: 'There is no machine called nothing. “handover list” shows all of them.',
                detail: 'No machine of that name',
                command: null,
            });
        }
    });

    it('is 5 when the bus refuses us', async () => {
        const bus = new PrivateBus('<deny send_destination="org.libvirt"/>');
        await bus.ready();
        const service = new RunningProgram(['libvirt-dbus', '--system'], {
            env: {DBUS_SYSTEM_BUS_ADDRESS: bus.address},
        });
        await bus.has('org.libvirt');
        const {code, err} = await handover(['list', '--host', 'system', '--json'], onSystem(bus));
        expect(code).toBe(5);
        expect(jsonError(err)).toEqual(
            jasmine.objectContaining({
                kind: 'not-permitted',
                category: 'denied',
                command: 'sudo usermod --append --groups libvirt "$USER"',
            }),
        );
        const started = await handover(['start', 'system/web'], onSystem(bus));
        expect(started.code).toBe(5);
        expect(started.err).toContain('group “libvirt”');
        // Being refused is only a warning while another host answers.
        const both = await handover(['list'], onSystem(bus));
        expect(both.code).toBe(0);
        expect(both.err).toMatch(/^handover: system is left out: .*group “libvirt”/);
        await service.stop();
        await bus.stop();
    });

    it('is 6 when libvirt-dbus is missing', async () => {
        const bus = new PrivateBus();
        await bus.ready();
        const env = {DBUS_SYSTEM_BUS_ADDRESS: bus.address, DBUS_SESSION_BUS_ADDRESS: bus.address};
        for (const args of [['list'], ['list', '--host', 'session'], ['start', 'web'], ['watch']]) {
            const {code, out, err} = await handover([...args, '--json'], {env});
            expect({args, code, out}).toEqual({args, code: 6, out: ''});
            expect(jsonError(err)['kind']).toBe('service-missing');
            expect(jsonError(err)['command']).toBe('sudo apt install libvirt-dbus');
        }
        const {err} = await handover(['list'], {env});
        expect(err).toBe(
            'handover: libvirt-dbus is missing. Handover talks to libvirt through libvirt-dbus, which is not ' +
                'installed or does not start. Install it, then try again.\n  sudo apt install libvirt-dbus\n',
        );
        await bus.stop();
    });

    it('is 6 when there is no bus', async () => {
        const env = {
            DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere',
            DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
        };
        const {code, err} = await handover(['list', '--json'], {env});
        expect(code).toBe(6);
        expect(jsonError(err)['kind']).toBe('no-bus');
    });

    it('is 7 when libvirt-dbus was stopped, within the time limit', async () => {
        await libvirt.start('Test');
        await libvirt.signal('libvirt-dbus', 'STOP');
        for (const args of [['list'], ['show', 'test'], ['start', 'test'], ['stop', 'test'], ['watch']]) {
            const begin = Date.now();
            const {code, err} = await handover([...args, '--host', 'test', '--timeout', '0.5', '--json']);
            expect([args[0], code]).toEqual([args[0], 7]);
            expect(jsonError(err)['category']).toBe('timeout');
            expect(Date.now() - begin).toBeLessThan(2000);
        }
    });

    it('is 7 when libvirt-dbus was stopped and nobody set a limit', async () => {
        await libvirt.start('Test');
        await libvirt.signal('libvirt-dbus', 'STOP');
        const {code, err} = await handover(['list', '--host', 'test', '--json']);
        expect(code).toBe(7);
        expect(jsonError(err)['kind']).toBe('no-answer');
    });

    it('is 7 when the machine does not get there in time', async () => {
        const {code, err} = await handover([
            'wait',
            '--for',
            'shutoff',
            '--timeout',
            '0.3',
            '--json',
            'test/test',
        ]);
        expect(code).toBe(7);
        expect(jsonError(err)['kind']).toBe('deadline');
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {testDriver} from '../libvirt/testDriver.js';
import {runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {handover, json, TEST_UUID} from './handover.js';

const TEST = ['--host', 'test'];

describe('handover list', () => {
    afterEach(() => testDriver.clear());

    it('prints a table', async () => {
        await testDriver.define('b-off');
        const {code, out, err} = await handover(['list', ...TEST]);
        expect(code).toBe(0);
        expect(out).toBe('Name   State    Host\nb-off  Off      test\ntest   Running  test\n');
        expect(err).toBe('');
    });

    it('prints an array of objects with --json', async () => {
        const {code, out, err} = await handover(['list', '--json', ...TEST]);
        expect(code).toBe(0);
        expect(json<unknown>(out)).toEqual([
            {name: 'test', uuid: TEST_UUID, state: 'running', reason: 'unknown', host: 'test'},
        ]);
        expect(err).toBe('');
    });

    it('prints the same whether the whole parser is loaded or not', async () => {
        const quick = await handover(['list', '--json', ...TEST]);
        const whole = await handover(['list', '--verbose', '--json', ...TEST]);
        expect(whole).toEqual(quick);
    });

    it('prints an empty array, or nothing, when there are no machines', async () => {
        const asJson = await handover(['list', '--json', '--host', 'session']);
        expect(asJson).toEqual({code: 0, out: '[]\n', err: ''});
        const asText = await handover(['list', '--host', 'session']);
        expect(asText).toEqual({code: 0, out: '', err: 'There are no machines.\n'});
    });

    it('lists several hosts', async () => {
        const {out} = await handover(['list', '--json', ...TEST, '--host', 'session']);
        expect(json<{host: string}[]>(out).map(machine => machine.host)).toEqual(['test']);
    });

    it('takes the hosts that the user prefers', async () => {
        const env = {GSETTINGS_BACKEND: 'keyfile', XDG_CONFIG_HOME: '/tmp/cli-settings'};
        await runProgram(['gsettings', 'set', 'io.github.handover.Handover', 'hosts', "['test']"], {env});
        const {code, out, err} = await handover(['list', '--names'], {env});
        expect({code, out, err}).toEqual({code: 0, out: 'test\n', err: ''});
    });

    it('looks at system and session when no schema is installed', async () => {
        const env = {XDG_DATA_DIRS: '/nowhere', XDG_DATA_HOME: '/nowhere'};
        const {code, out, err} = await handover(['list', '--json'], {env});
        expect({code, out}).toEqual({code: 0, out: '[]\n'});
        expect(JSON.parse(err)).toEqual({
            warning: jasmine.objectContaining({about: 'system', category: 'unreachable'}),
        });
    });

    it('warns of a host that cannot be reached when another can', async () => {
        const {code, out, err} = await handover(['list']);
        expect(code).toBe(0);
        expect(out).toBe('');
        expect(err).toMatch(/^handover: system is left out: .*libvirt-dbus.*\nThere are no machines\.\n$/);
    });

    it('prints only names, with the host where a name is there twice', async () => {
        await testDriver.define('with space');
        await testDriver.define('tab\there');
        const {out} = await handover(['list', '--names', ...TEST]);
        expect(out).toBe('test\nwith space\n');
    });

    it('follows libvirt-dbus to a new start', async () => {
        await handover(['list', ...TEST]);
        await new SessionLibvirt().signal('libvirt-dbus', 'KILL');
        const {code, out} = await handover(['list', '--names', ...TEST]);
        expect({code, out}).toEqual({code: 0, out: 'test\n'});
    });

    it('ends when its reader has gone', async () => {
        const {out, err} = await runProgram([
            'bash',
            '-c',
            'handover list --host test | true; echo "${PIPESTATUS[0]}"; handover --help | true; echo "${PIPESTATUS[0]}"',
        ]);
        // It depends on who is faster; a message would be wrong in any case.
        expect(out).toMatch(/^(0|141)\n(0|141)\n$/);
        expect(err).toBe('');
    });
});

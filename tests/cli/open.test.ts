// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {unitName} from '../../shared/displays/openClient.js';
import {FakeSystemd} from '../fakes/fakeSystemd.js';
import {waitFor} from '../harness/deadline.js';
import {runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {callBus} from '../harness/bus.js';
import {testDriver} from '../libvirt/testDriver.js';
import {handover, json, jsonError} from './handover.js';

const CONNECT = ['org.libvirt', '/org/libvirt/Test', 'org.libvirt.Connect'] as const;
const NAME = '--connect $HOME <b>';

describe('handover open', () => {
    const bin = temporaryDirectory('bin');
    const seen = GLib.build_filenamev([bin, 'seen']);
    const path = `${bin}:${GLib.getenv('PATH')!}`;
    let uuid: string;

    const open = (...args: string[]) =>
        handover(['open', '--host', 'test', ...args, '--', NAME], {
            env: {PATH: path, WAYLAND_DISPLAY: 'w-9'},
        });
    const told = (): string =>
        GLib.file_test(seen, GLib.FileTest.EXISTS)
            ? new TextDecoder().decode(GLib.file_get_contents(seen)[1])
            : '';

    beforeAll(() => {
        const script = GLib.build_filenamev([bin, 'virt-viewer']);
        GLib.file_set_contents(script, `#!/bin/sh\nprintf '%s\\n' "$@" >>'${seen}'\nexec sleep 60\n`);
        GLib.chmod(script, 0o755);
    });
    beforeEach(async () => {
        GLib.unlink(seen);
        const xml = `<domain type='test'><name>${GLib.markup_escape_text(NAME, -1)}</name><memory>8192</memory>
            <os><type>hvm</type></os><devices><graphics type='vnc' port='5999'/></devices></domain>`;
        const [domain] = await callBus(CONNECT, 'DomainDefineXML', new GLib.Variant('(s)', [xml]));
        uuid = String(domain).replace(/.*\/_/, '').replaceAll('_', '-');
        await testDriver.flagged(String(domain), 'Create');
    });
    afterEach(() => testDriver.clear());

    it('has systemd start what shows the machine, once', async () => {
        const systemd = await FakeSystemd.start();
        try {
            expect(await open()).toEqual({code: 0, out: `${NAME}: Opened in Virt Viewer\n`, err: ''});
            expect([...systemd.units.keys()]).toEqual([unitName('test', uuid, 'viewer')]);
            const [unit] = systemd.started;
            expect(unit!.argv).toEqual([
                `${bin}/virt-viewer`,
                '--connect',
                'test:///default',
                '--uuid',
                '--',
                uuid,
            ]);
            expect(unit!.environment).toContain('WAYLAND_DISPLAY=w-9');
            const {code, out, err} = await open('--json');
            expect({code, err}).toEqual({code: 0, err: ''});
            expect(json(out)).toEqual({
                name: NAME,
                uuid,
                host: 'test',
                action: 'open',
                ok: true,
                state: 'running',
                result: 'already',
                client: 'viewer',
                elapsedMs: jasmine.any(Number) as unknown as number,
            });
            expect((await open()).out).toBe(`${NAME}: Open in Virt Viewer already\n`);
            expect(systemd.started.length).toBe(1);
        } finally {
            await systemd.stop();
        }
    });

    it('starts it itself where there is no systemd, and is outlived by it', async () => {
        expect((await open()).out).toBe(`${NAME}: Opened in Virt Viewer\n`);
        await waitFor('its arguments', () => told() !== '');
        expect(told()).toBe(`--connect\ntest:///default\n--uuid\n--\n${uuid}\n`);
    });

    it('says what is missing, with the code that fits', async () => {
        // The program is named with its whole path: PATH holds no viewer.
        const script = GLib.build_filenamev([GLib.get_home_dir(), '.nothing']);
        const missing = await runProgram(
            [GLib.find_program_in_path('handover')!, 'open', '--json', '--host', 'test', '--', NAME],
            {env: {PATH: script}},
        );
        expect(missing.code).toBe(3);
        expect(jsonError(missing.err)).toEqual(
            jasmine.objectContaining({
                kind: 'client-missing',
                command: 'sudo apt install virt-viewer',
            }),
        );
        await testDriver.define('plain');
        const plain = await handover(['open', '--json', 'test/plain']);
        expect([plain.code, jsonError(plain.err)['kind']]).toEqual([1, 'machine-off']);
        await handover(['start', 'test/plain']);
        const nothing = await handover(['open', '--json', 'test/plain']);
        expect([nothing.code, jsonError(nothing.err)['kind']]).toEqual([1, 'no-client']);
        expect((await handover(['open', 'test/nobody'])).code).toBe(3);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {testDriver} from '../libvirt/testDriver.js';
import {handover} from './handover.js';

const ENVIRONMENT = ['env', '-i', 'HOME=/tmp', `${GLib.getenv('HANDOVER_PREFIX')}/bin/handover`];

describe('without a display', () => {
    afterEach(() => testDriver.clear());

    it('works with an empty environment, as over SSH', async () => {
        const listed = await runProgram([...ENVIRONMENT, 'list', '--host', 'test', '--names']);
        expect(listed).toEqual({code: 0, out: 'test\n', err: ''});
        const paused = await runProgram([...ENVIRONMENT, 'pause', 'test/test']);
        expect(paused).toEqual({code: 0, out: 'test: Paused\n', err: ''});
        const resumed = await runProgram([...ENVIRONMENT, 'resume', 'test/test']);
        expect(resumed).toEqual({code: 0, out: 'test: Running\n', err: ''});
    });

    it('finds the user’s settings with an empty environment', async () => {
        const config = {GSETTINGS_BACKEND: 'keyfile', XDG_CONFIG_HOME: '/tmp/ssh-settings'};
        await runProgram(['gsettings', 'set', 'io.github.handover.Handover', 'hosts', "['test']"], {
            env: config,
        });
        const [env, empty, ...rest] = ENVIRONMENT as [string, string, ...string[]];
        const pairs = Object.entries(config).map(([name, value]) => `${name}=${value}`);
        const {code, out} = await runProgram([env, empty, ...pairs, ...rest, 'list', '--names']);
        expect({code, out}).toEqual({code: 0, out: 'test\n'});
    });

    it('works with variables that are no text', async () => {
        const line = `XDG_RUNTIME_DIR=$'/tmp/\\xff' NO_COLOR=$'\\xff' handover`;
        for (const [args, expected] of [
            ['list --host test --names', 'test\n'],
            ['show --host test test | head -c 4', 'Name'],
        ] as const) {
            const {out, err} = await runProgram(['bash', '-c', `${line} ${args}`]);
            expect({args, out, err}).toEqual({args, out: expected, err: ''});
        }
    });

    it('writes UTF-8 whatever the locale is', async () => {
        await testDriver.define('büro 🖥');
        const {out} = await runProgram([...ENVIRONMENT, 'list', '--host', 'test', '--names']);
        expect(out).toBe('büro 🖥\ntest\n');
    });

    it('prints no colour and no progress into a pipe', async () => {
        const {out, err} = await handover(['list', '--host', 'test']);
        expect(out + err).not.toContain('\x1b');
        const waited = await handover(['wait', '--for', 'shutoff', '--timeout', '1', 'test/test']);
        expect(waited.err).not.toMatch(/[\r\x1b]/);
    });

    it('colours the states on a terminal, unless NO_COLOR says otherwise', async () => {
        const onTerminal = (env: Record<string, string>) =>
            runProgram(['script', '-qec', 'handover list --host test', '/dev/null'], {
                env: {TERM: 'xterm', ...env},
            });
        expect((await onTerminal({})).out).toContain('\x1b[32mRunning\x1b[0m');
        expect((await onTerminal({NO_COLOR: '1'})).out).not.toContain('\x1b[');
        expect((await onTerminal({TERM: 'dumb'})).out).not.toContain('\x1b[');
    });

    it('keeps a table within the terminal', async () => {
        await testDriver.define('n'.repeat(300));
        const {out} = await runProgram(['script', '-qec', 'handover list --host test', '/dev/null'], {
            env: {TERM: 'xterm', COLUMNS: '60', NO_COLOR: '1'},
        });
        const lines = out.trimEnd().split('\r\n');
        expect(lines.map(line => [...line].length)).toEqual([jasmine.any(Number), 60, jasmine.any(Number)]);
        expect(lines[1]).toMatch(/^n+… +Off +test$/);
    });

    it('loads neither GTK nor what only a parser needs', async () => {
        const watching = new RunningProgram(['handover', 'watch', '--host', 'test']);
        const path = await testDriver.define('web');
        await waitFor('the first event', async () => {
            await testDriver.flagged(path, 'Create');
            await testDriver.flagged(path, 'Destroy');
            return watching.log() !== '';
        });
        const [, bytes] = GLib.file_get_contents(`/proc/${watching.pid}/maps`);
        const maps = new TextDecoder().decode(bytes);
        expect(maps).toContain('Gio-2.0.typelib');
        await watching.stop();
        expect(maps).not.toMatch(/libgtk|libadwaita|libgdk|libpango|Gtk-4\.0\.typelib|Adw-1\.typelib/);
    });

    it('loads no parser for a plain list, and no XML parser for an action', async () => {
        const files = async (...args: string[]): Promise<string[]> => {
            const trace = '/tmp/cli-trace';
            await runProgram(['strace', '-f', '-e', 'trace=openat', '-o', trace, 'handover', ...args]);
            const [, bytes] = GLib.file_get_contents(trace);
            const opened = new TextDecoder()
                .decode(bytes)
                .matchAll(/"[^"]*\/share\/handover\/cli\/([^"]+\.js)"[^=]*= \d/g);
            return [...opened].map(match => match[1]!);
        };
        expect(await files('list', '--json', '--host', 'test')).toEqual([
            'main.js',
            jasmine.stringMatching(/^chunk-/),
        ]);
        const forAction = await files('reset', 'test/test');
        expect(forAction).toContain('main.js');
        expect(forAction.filter(name => /definition|list-|show-|watch-/.test(name))).toEqual([]);
    });
});

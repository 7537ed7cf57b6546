// SPDX-License-Identifier: GPL-3.0-or-later
import {runProgram} from '../harness/program.js';
import {testDriver} from '../libvirt/testDriver.js';
import {handover, json, jsonError} from './handover.js';

const NAMES = {
    // libvirt itself takes no slash and no newline.
    markup: '<b>&amp;"x"',
    tab: 'two\tcolumns',
    nextLine: 'next\u0085line',
    emoji: '🖥️ 机器',
    rightToLeft: 'مكتب \u202e live',
    dash: '--force',
    shell: '$(touch owned); `id`',
    backslash: 'a\\nb',
    long: 'n'.repeat(10_000),
    colour: 'red \u009b31m',
};

describe('names that nobody would choose', () => {
    beforeEach(async () => {
        for (const name of Object.values(NAMES)) await testDriver.define(name);
    });
    afterEach(() => testDriver.clear());

    it('come out of list --json as they are', async () => {
        const {out} = await handover(['list', '--json', '--host', 'test'], {env: {LANG: 'C', LC_ALL: 'C'}});
        const names = json<{name: string}[]>(out).map(machine => machine.name);
        expect(new Set(names)).toEqual(new Set(['test', ...Object.values(NAMES)]));
    });

    it('stay on their line of the table, which nothing cuts in a pipe', async () => {
        const {out} = await handover(['list', '--host', 'test']);
        const lines = out.trimEnd().split('\n');
        expect(lines.length).toBe(Object.keys(NAMES).length + 2);
        expect(out).toContain('two\\tcolumns ');
        expect(out).toContain('next\\x85line ');
        expect(out).toContain('مكتب \\u202e live ');
        expect(out).toContain('red \\x9b31m ');
        expect(out).toContain('a\\\\nb ');
        expect(out).toContain(`${NAMES.long}  Off  `);
        expect(out).toContain('🖥️ 机器 ');
        expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    });

    for (const [kind, name] of Object.entries(NAMES)) {
        it(`can be started and stopped: ${kind}`, async () => {
            const started = await handover(['start', '--json', '--host', 'test', '--', name]);
            expect(started.err).toBe('');
            expect(json(started.out)).toEqual(jasmine.objectContaining({name, ok: true, state: 'running'}));
            const stopped = await handover(['stop', '--', `test/${name}`]);
            expect(stopped.code).toBe(0);
            expect(stopped.out).toMatch(/^[^\n]+: Off\n$/);
        });
    }

    it('do no harm to a terminal that lists them, and come whole to the shell that completes them', async () => {
        const invisible = 'in\u200bvi\u2028si\ufeffb\u{e0041}le';
        await testDriver.define(invisible);
        const {out} = await runProgram(['script', '-qec', 'handover list --names --host test', '/dev/null']);
        expect(out).toContain('مكتب \\u202e live\r\n');
        expect(out).toContain('in\\u200bvi\\u2028si\\ufeffb\\u{e0041}le\r\n');
        expect(out).toContain('🖥️ 机器\r\n');
        expect(out).not.toMatch(/[\u200b\u2028\u202e\ufeff\u{e0041}]/u);
        const piped = (await handover(['list', '--names', '--host', 'test'])).out.split('\n');
        for (const name of [invisible, NAMES.rightToLeft, NAMES.backslash]) expect(piped).toContain(name);
    });

    it('do no harm in a failure', async () => {
        const text = await handover(['resume', '--host', 'test', '--', NAMES.tab]);
        expect(text.code).toBe(1);
        expect(text.err).toBe(
            'handover: two columns could not be resumed. two columns is not running. Start it first.\n',
        );
        const unknown = await handover(['show', '--host', 'test', '--json', '--', 'no\x1b[31m\u202ething']);
        expect(unknown.code).toBe(3);
        expect(jsonError(unknown.err)['body']).toBe(
            'There is no machine called no [31mthing. “handover list” shows all of them.',
        );
        const usage = await handover(['\x1b[31mverb']);
        expect(usage.code).toBe(2);
        expect(usage.err).not.toContain('\x1b');
    });
});

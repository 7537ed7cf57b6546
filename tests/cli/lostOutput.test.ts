// SPDX-License-Identifier: GPL-3.0-or-later
import {runProgram} from '../harness/program.js';
import {testDriver} from '../libvirt/testDriver.js';
import {handover, jsonError} from './handover.js';

/** Runs a line in bash; what the program ended with comes last in `out`. */
async function shell(line: string): Promise<{out: string; err: string}> {
    const {out, err} = await runProgram(['bash', '-c', `${line}; echo "$?"`]);
    return {out, err};
}

describe('output that cannot be written', () => {
    afterEach(() => testDriver.clear());

    for (const [what, redirection] of Object.entries({
        'is full': '2>/dev/full',
        'is closed': '2>&-',
        'has no reader': '2> >(true)',
    }))
        it(`leaves result and exit code as they are when standard error ${what}`, async () => {
            // The system's libvirt is missing, of which a warning tells.
            expect(await shell(`handover list --json ${redirection}`)).toEqual({out: '[]\n0\n', err: ''});
            for (const [line, code] of [
                ['show --host test nosuch', 3],
                ['show --host test --json nosuch', 3],
                ['list --host system', 6],
                ['--bogus', 2],
                ['list --json --host moon', 2],
                ['start test/test', 1],
            ] as const)
                expect([line, await shell(`handover ${line} ${redirection}`)]).toEqual([
                    line,
                    {out: `${code}\n`, err: ''},
                ]);
        });

    for (const [what, redirection] of Object.entries({full: '>/dev/full', closed: '>&-'})) {
        it(`is told of in words when standard output is ${what}`, async () => {
            for (const line of [
                'list --host test',
                'list --host test --json',
                'show test/test',
                '--help',
                'stop --help',
                '--version',
            ]) {
                const {out, err} = await shell(`(handover ${line} ${redirection})`);
                expect([line, out]).toEqual([line, '1\n']);
                if (line.endsWith('--json')) expect(jsonError(err)['kind']).toBe('output');
                else expect(err).toMatch(/^handover: The output could not be written\. .+\n$/);
            }
        });

        it(`does not hide that an action is done when standard output is ${what}`, async () => {
            await testDriver.define('web');
            const {out, err} = await shell(`handover start test/web ${redirection}`);
            expect(out).toBe('1\n');
            expect(err).toMatch(/^handover: The output could not be written\. .*was asked for is done.*\n$/);
            expect((await handover(['wait', '--for', 'running', '--timeout', '2', 'test/web'])).code).toBe(0);
        });
    }

    it('ends a watch that could never print', async () => {
        expect((await shell('timeout 5 handover watch --host test >&-')).out).toBe('1\n');
    });
});

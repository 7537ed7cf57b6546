// SPDX-License-Identifier: GPL-3.0-or-later
import {waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {OnTerminal} from './terminal.js';

describe('handover top in a pipe', () => {
    const virsh = new VirshClient();

    beforeAll(() => new SessionLibvirt().start());
    beforeEach(() => (jasmine.DEFAULT_TIMEOUT_INTERVAL = 120_000));
    afterEach(() => virsh.removeAll());

    it('prints a table at each look, and nothing that a terminal would obey', async () => {
        const guest = new Guest({name: 'web', agent: false});
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
        // It waits three intervals for the two answers that figures take.
        const program = new RunningProgram(['handover', 'top', '--host', 'session', '--interval', '4']);
        await waitFor('two tables', () => program.log().split('Name ').length > 3, {within: 60_000});
        program.signal(2);
        expect(await program.wait()).toBe(0);
        expect(program.log()).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
        expect(program.log()).toMatch(
            /^\d\d:\d\d:\d\d {2}1 machine runs, by processor\n.+\n\nName .+\nweb +\d+\.\d .+\n\n\d\d:/,
        );
        const dumb = new OnTerminal('handover top --host session --interval 1', {env: {TERM: 'dumb'}});
        await waitFor('a table', () => /^web .+\r?\n/m.test(dumb.sent));
        await dumb.signal('INT');
        const {code, restored} = await dumb.wait();
        expect({code, restored}).toEqual({code: 0, restored: true});
        expect(dumb.sent).not.toContain('\x1b');
    });

    it('prints JSON, one object a look, and ends with its reader', async () => {
        await virsh.define(new Guest({name: 'web', agent: false}).xml, {start: true});
        const {out} = await runProgram([
            'bash',
            '-c',
            'handover top --host session --host test --interval 1 --json | head -n 2; echo "${PIPESTATUS[0]}"',
        ]);
        const lines = out.trimEnd().split('\n');
        expect(lines.pop()).toBe('141');
        const looks = lines.map(line => JSON.parse(line) as Record<string, unknown>);
        expect(looks.map(look => Object.keys(look))).toEqual([
            ['time', 'computer', 'hosts', 'machines'],
            ['time', 'computer', 'hosts', 'machines'],
        ]);
        expect(looks[0]!['hosts']).toEqual([
            {id: 'session', state: 'ready', silent: false, problem: null},
            {id: 'test', state: 'ready', silent: false, problem: null},
        ]);
        const computer = looks[1]!['computer'] as Record<string, number>;
        expect(computer['processors']).toBeGreaterThan(0);
        expect(computer['usedPercent']).toBeGreaterThan(0);
        expect(computer['availableBytes']).toBeLessThan(computer['memoryBytes']!);
        const machinesOf = (look: Record<string, unknown>): Record<string, unknown>[] =>
            look['machines'] as Record<string, unknown>[];
        expect(
            machinesOf(looks[1]!)
                .map(({host, name}) => `${String(host)}/${String(name)}`)
                .sort(),
        ).toEqual(['session/web', 'test/test']);
        const program = new RunningProgram([
            'handover',
            'top',
            '--json',
            '--interval',
            '1',
            '--host',
            'session',
        ]);
        const busy = await waitFor(
            'figures',
            () => {
                const whole = program.log().split('\n').slice(0, -1);
                const all = whole
                    .map(line => JSON.parse(line) as Record<string, unknown>)
                    .flatMap(machinesOf);
                return all.find(({cpuPercent}) => cpuPercent !== null);
            },
            {within: 60_000},
        );
        await program.stop();
        expect(busy['cpuPercent']).toEqual(jasmine.any(Number));
        expect(busy['bottleneck']).toEqual(jasmine.objectContaining({sentence: jasmine.any(String)}));
    });
});

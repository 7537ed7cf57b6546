// SPDX-License-Identifier: GPL-3.0-or-later
import {pause, waitFor} from '../harness/deadline.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {json, jsonError} from './handover.js';
import {HelperMachine} from './helperMachine.js';

const {card: CARD, onLinux: ON_LINUX, lent: LENT} = HelperMachine;

interface Moved {
    address: string;
    action: string;
    ok: boolean;
    elapsedMs: number;
    steps: {id: string; ms: number}[];
}

describe('handover gpu take, return and force-back', () => {
    let polkit: FakePolkit;
    let machine: HelperMachine;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
    });
    beforeEach(async () => {
        polkit.allow();
        machine = await HelperMachine.start();
    });
    afterEach(() => machine.stop());
    afterAll(() => polkit.stop());

    const gpu = (...args: string[]) => machine.run(['gpu', ...args]);
    /** In a terminal of its own, where this is typed. */
    const typed = (line: string, input: string, env: Record<string, string> = {}) =>
        runProgram(['script', '-qec', `handover gpu ${line}`, '/dev/null'], {
            input,
            env: {...machine.env, TERM: 'xterm', ...env},
        });

    it('take a card and bring it back, and say how long that took', async () => {
        const taken = await gpu('take', '03:00.0');
        expect({code: taken.code, err: taken.err}).toEqual({code: 0, err: ''});
        expect(taken.out).toMatch(/^AMD .*Radeon.*: free for a machine \((\d+\.\d s|\d+ ms)\)\n$/);
        expect(await machine.bindings()).toEqual(LENT);
        // Only this one is lent: it need not be named.
        const back = await gpu('return', '--json');
        expect({code: back.code, err: back.err}).toEqual({code: 0, err: ''});
        const object = json<Moved>(back.out);
        expect(object).toEqual(
            jasmine.objectContaining({address: CARD, action: 'return', ok: true, name: jasmine.any(String)}),
        );
        const ids = object.steps.map(({id}) => id);
        expect(ids[0]).toBe('check');
        expect(ids).toContain('bind');
        expect(new Set(ids).size).toBe(ids.length);
        expect(object.elapsedMs).toBeGreaterThan(0);
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('end with 0 when there is nothing to do', async () => {
        expect((await gpu('return', CARD)).code).toBe(0);
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('end with 3 when it is not clear which card is meant, and do nothing', async () => {
        for (const [args, kind] of [
            [['take'], 'ambiguous-card'],
            [['return'], 'no-card-lent'],
            [['force-back', '--yes'], 'no-card-lent'],
            [['take', 'radeon'], 'ambiguous-card'],
            [['take', '7f:00.0'], 'no-such-card'],
            [['take', 'voodoo'], 'no-such-card'],
            [['status', 'voodoo'], 'no-such-card'],
            [['journal', 'voodoo'], 'no-such-card'],
            [['take', '$(reboot)'], 'no-such-card'],
            [['take', '../../../etc/passwd'], 'no-such-card'],
            [['take', '--', '--yes'], 'no-such-card'],
            [['take', 'a\x1b[2J\u202eb'], 'no-such-card'],
            [['take', '0000:03:00.0\t0000:04:00.0'], 'no-such-card'],
            [['take', 'x'.repeat(50_000)], 'no-such-card'],
        ] as const) {
            const {code, out, err} = await gpu(...args, '--json').then(result =>
                // “--” ends the options.
                args.includes('--' as never) ? gpu('--json', ...args) : result,
            );
            expect([args.join(' ').slice(0, 40), code, out]).toEqual([args.join(' ').slice(0, 40), 3, '']);
            expect(jsonError(err)['kind']).toBe(kind);
        }
        const {err} = await gpu('take', 'a\x1b[2J\u202eb\nc');
        expect(err).toMatch(/^handover: No such card\. [^\n\x1b\u202e]+\n$/);
        expect(await machine.bindings()).toEqual(ON_LINUX);
        expect(polkit.checks.length).toBe(0);
    });

    it('end with 2 for words that do not go together', async () => {
        for (const args of [
            ['take', '--yes', CARD],
            ['return', '--up-to', 'rescan', CARD],
            ['take', '--names', CARD],
            ['force-back', '--up-to', 'reboot', CARD],
            ['take', CARD, CARD],
            ['take', ''],
            ['take', '  '],
            ['steal', CARD],
        ]) {
            const {code, err} = await gpu(...args, '--json');
            expect([args, code]).toEqual([args, 2]);
            expect(jsonError(err)['category']).toBe('usage');
        }
        expect(polkit.checks.length).toBe(0);
    });

    it('end with 4 when it is held, and name who holds it', async () => {
        const pid = await machine.hold('blender');
        const text = await gpu('take', CARD);
        expect({code: text.code, out: text.out}).toEqual({code: 4, out: ''});
        expect(text.err).toContain('blender');
        expect(text.err).toContain('Close that first, then try again.');
        const {code, err} = await gpu('take', CARD, '--json');
        expect(code).toBe(4);
        expect(jsonError(err)).toEqual(
            jasmine.objectContaining({
                kind: 'card-held',
                category: 'held',
                gpu: {address: CARD, name: jasmine.any(String)},
                holders: [jasmine.objectContaining({pid, name: 'blender', role: 'program'})],
            }),
        );
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('end with 5 when polkit says no', async () => {
        polkit.verdicts = {look: 'yes'};
        for (const args of [
            ['take', CARD],
            ['return', CARD],
            ['force-back', '--yes', CARD],
        ]) {
            const {code, err} = await gpu(...args, '--json');
            expect([args[0], code]).toEqual([args[0], 5]);
            expect(jsonError(err)['category']).toBe('denied');
        }
        polkit.verdicts = {};
        expect((await gpu('journal')).code).toBe(5);
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('end with 1 when a step fails, and say where the card is', async () => {
        await machine.caller.control('Misbehave', ['unbind snd_hda_intel', 'Device or resource busy']);
        const {code, err} = await gpu('take', CARD, '--json');
        expect(code).toBe(1);
        expect(jsonError(err)['category']).toBe('failed');
        expect(jsonError(err)['detail']).toContain('Device or resource busy');
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('never take the card of the desktop', async () => {
        const {code, err} = await gpu('take', '00:02.0', '--json');
        expect(code).toBe(1);
        expect(jsonError(err)['body']).toMatch(/desktop/);
    });

    it('end with 7 when the time is over, and call it off', async () => {
        await machine.caller.control('Gate', [true]);
        const run = gpu('take', CARD, '--timeout', '2', '--json');
        await waitFor('the handover', async () => (await machine.caller.property('Moving')) === CARD);
        await pause(2500);
        await machine.caller.control('Gate', [false]);
        const {code, out, err} = await run;
        expect({code, out}).toEqual({code: 7, out: ''});
        expect(jsonError(err)).toEqual(jasmine.objectContaining({kind: 'deadline', category: 'timeout'}));
        expect(jsonError(err)['body']).toContain('It was called off');
        await waitFor('the card', async () => (await machine.bindings())[CARD] === 'amdgpu');
    });

    it('are called off by an interrupt, and the card goes back', async () => {
        await machine.caller.control('Gate', [true]);
        const run = new RunningProgram(['handover', 'gpu', 'take', CARD], {env: machine.env});
        await waitFor('the handover', async () => (await machine.caller.property('Moving')) === CARD);
        run.signal(2);
        await pause(300);
        await machine.caller.control('Gate', [false]);
        expect(await run.wait()).toBe(130);
        expect(run.log()).toContain('It was called off');
        await waitFor('the end', async () => (await machine.caller.property('Moving')) === '');
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('are left to the helper by a second interrupt', async () => {
        await machine.caller.control('Gate', [true]);
        const run = new RunningProgram(['handover', 'gpu', 'take', CARD], {env: machine.env});
        await waitFor('the handover', async () => (await machine.caller.property('Moving')) === CARD);
        run.signal(2);
        await pause(300);
        run.signal(15);
        expect(await run.wait()).toBe(143);
        expect(run.log()).toContain('to a safe end');
        await machine.caller.control('Gate', [false]);
        await waitFor('the end', async () => (await machine.caller.property('Moving')) === '');
    });

    it('show each step with its time on a terminal, and nothing of it elsewhere', async () => {
        const {code, out} = await typed(`take ${CARD}`, '');
        expect(code).toBe(0);
        // What is drawn while a step goes on is taken away before its line.
        const lines = out.split('\n').map(line => (line.split('\x1b[K').at(-1) ?? '').replace(/\r/g, ''));
        expect(lines.filter(line => /^ {2}\S.* {2}(\d+\.\d s|\d+ ms)$/.test(line)).length).toBeGreaterThan(4);
        expect(out).toContain(': free for a machine (');
        expect((await gpu('return', CARD)).err).toBe('');
    });

    it('force a card back only after a yes', async () => {
        await gpu('take', CARD);
        const without = await gpu('force-back', CARD, '--json');
        expect(without.code).toBe(2);
        expect(jsonError(without.err)['kind']).toBe('not-agreed');
        expect((await machine.run(['gpu', 'force-back', CARD], {input: 'y\n'})).code).toBe(2);
        for (const answer of ['n', '', 'yessir', 'force']) {
            const {code, out} = await typed(`force-back ${CARD}`, `${answer}\n`);
            expect([answer, code]).toEqual([answer, 1]);
            expect(out).toContain('Nothing was changed.');
        }
        expect(await machine.bindings()).toEqual(LENT);
        const yes = await typed(`force-back --up-to rescan ${CARD}`, 'y\n');
        expect(yes.code).toBe(0);
        expect(yes.out).toContain('take it off the bus');
        expect(await machine.bindings()).toEqual(ON_LINUX);
        await gpu('take', CARD);
        expect((await gpu('force-back', '--yes')).code).toBe(0);
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('try to bring back a card that has fallen off the bus', async () => {
        const address = '0000:05:00.0';
        await gpu('take', address);
        await machine.caller.control('PullOut', [address]);
        // Nothing but the record of its handover is left of it.
        expect((await gpu('take', address)).code).toBe(3);
        for (const args of [['return'], ['return', '05:00.0'], ['force-back', '--yes', '05:00.0']]) {
            const {code, err} = await gpu(...args, '--json');
            expect([args, code]).toEqual([args, 1]);
            expect(jsonError(err)['category']).toBe('failed');
            expect(polkit.checks.at(-1)?.details).toEqual({card: address});
        }
    });

    it('name cards for completion without asking libvirt', async () => {
        expect(await gpu('--names')).toEqual({
            code: 0,
            out: '0000:00:02.0\n0000:03:00.0\n0000:04:00.0\n0000:05:00.0\n0000:06:00.0\n',
            err: '',
        });
    });
});

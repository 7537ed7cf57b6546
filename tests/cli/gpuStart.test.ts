// SPDX-License-Identifier: GPL-3.0-or-later
import {defineHostdevMachine} from '../fakes/hostdevMachine.js';
import {pause, waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {testDriver} from '../libvirt/testDriver.js';
import {json, jsonError} from './handover.js';
import {HelperMachine} from './helperMachine.js';

const {card: CARD, onLinux: ON_LINUX, lent: LENT} = HelperMachine;

interface Started {
    name: string;
    ok: boolean;
    state: string;
    cardReturnedMs?: number | null;
    steps: {id: string; ms: number}[];
}

describe('a machine with a graphics card', () => {
    let polkit: FakePolkit;
    let machine: HelperMachine;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
    });
    beforeEach(async () => {
        polkit.allow();
        machine = await HelperMachine.start();
        await defineHostdevMachine('gaming', CARD);
    });
    afterEach(async () => {
        await testDriver.clear();
        await machine.stop();
    });
    afterAll(() => polkit.stop());

    const run = (...args: string[]) => machine.run(args);
    const state = async () => json<{state: string}>((await run('show', '--json', 'test/gaming')).out).state;

    it('gets it at its start, and Linux gets it back at its stop', async () => {
        const started = await run('start', '--json', 'test/gaming');
        expect({code: started.code, err: started.err}).toEqual({code: 0, err: ''});
        const object = json<Started>(started.out);
        expect(object).toEqual(jasmine.objectContaining({name: 'gaming', ok: true, state: 'running'}));
        expect(object.steps.map(({id}) => id)).toEqual(jasmine.arrayContaining(['preflight', 'take', 'ask']));
        expect(await machine.bindings()).toEqual(LENT);

        const stopped = await run('stop', '--json', 'test/gaming');
        expect({code: stopped.code, err: stopped.err}).toEqual({code: 0, err: ''});
        const end = json<Started>(stopped.out);
        expect(end.state).toBe('shutoff');
        expect(end.cardReturnedMs).toBeGreaterThan(0);
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('tells how long the card took to come back, however it is stopped', async () => {
        for (const args of [['stop', '--timeout', '20'], ['save'], ['stop', '--force', '--timeout', '0']]) {
            await run('start', 'test/gaming');
            expect(await machine.bindings()).toEqual(LENT);
            const {code, out} = await run(...args, 'test/gaming');
            expect([args, code]).toEqual([args, 0]);
            if (args[0] === 'stop')
                expect(out).toMatch(
                    /^gaming: Off\nIts graphics card is back with Linux \((\d+\.\d s|\d+ ms)\)\n$/,
                );
            expect(await machine.bindings()).toEqual(ON_LINUX);
        }
    });

    it('is refused with 4 while a program uses the card; the two ways on are named', async () => {
        const pid = await machine.hold('blender');
        const text = await run('start', 'test/gaming');
        expect({code: text.code, out: text.out}).toEqual({code: 4, out: ''});
        expect(text.err).toContain('blender');
        expect(text.err).toContain('--close-apps');
        expect(text.err).toContain('--when-free');
        const {code, err} = await run('start', '--json', 'test/gaming');
        expect(code).toBe(4);
        expect(jsonError(err)).toEqual(
            jasmine.objectContaining({
                kind: 'card-held',
                category: 'held',
                holders: [jasmine.objectContaining({pid, name: 'blender'})],
            }),
        );
        expect(await machine.bindings()).toEqual(ON_LINUX);
        expect(await state()).toBe('shutoff');
    });

    it('waits until the card is free', async () => {
        const pid = await machine.hold('blender');
        const starting = run('start', '--when-free', '--json', 'test/gaming');
        await waitFor('the look at who has it', () => polkit.checks.length > 0);
        await pause(1500);
        expect(await state()).toBe('shutoff');
        await machine.caller.control('LetGo', [pid]);
        const {code, out} = await starting;
        expect(code).toBe(0);
        expect(json<Started>(out).steps.map(({id}) => id)).toContain('wait');
        expect(await machine.bindings()).toEqual(LENT);
    });

    it('waits no longer than it is told to, and can be called off', async () => {
        await machine.hold('blender');
        const late = await run('start', '--when-free', '--timeout', '1', '--json', 'test/gaming');
        expect(late.code).toBe(7);
        polkit.checks.length = 0;
        const waiting = new RunningProgram(['handover', 'start', '--when-free', 'test/gaming'], {
            env: machine.env,
        });
        await waitFor('the look at who has it', () => polkit.checks.length > 0);
        await pause(1500);
        expect(waiting.running).toBeTrue();
        waiting.signal(2);
        expect(await waiting.wait()).toBe(130);
        expect(waiting.log()).toContain('gaming was not started');
        expect(await state()).toBe('shutoff');
        expect(await machine.bindings()).toEqual(ON_LINUX);
    });

    it('is not started, and the card goes back, when it is called off meanwhile', async () => {
        await machine.caller.control('Gate', [true]);
        const starting = new RunningProgram(['handover', 'start', 'test/gaming'], {env: machine.env});
        await waitFor('the handover', async () => (await machine.caller.property('Moving')) === CARD);
        starting.signal(2);
        await pause(300);
        await machine.caller.control('Gate', [false]);
        expect(await starting.wait()).toBe(130);
        await waitFor('the end', async () => (await machine.caller.property('Moving')) === '');
        expect(await machine.bindings()).toEqual(ON_LINUX);
        expect(await state()).toBe('shutoff');
    });

    it('is not started where polkit says no (5), a step fails (1) or there is no helper (3)', async () => {
        polkit.verdicts = {look: 'yes'};
        expect((await run('start', 'test/gaming')).code).toBe(5);
        polkit.allow();
        await machine.caller.control('Misbehave', ['unbind snd_hda_intel', 'Device or resource busy']);
        expect((await run('start', 'test/gaming')).code).toBe(1);
        await machine.helper.stop();
        const {code, err} = await run('start', '--json', 'test/gaming');
        expect(code).toBe(3);
        expect(jsonError(err)['kind']).toBe('helper-missing');
        expect(await state()).toBe('shutoff');
    });

    it('is refused with 4 while another machine has the card', async () => {
        await defineHostdevMachine('other', CARD);
        expect((await run('start', 'test/gaming')).code).toBe(0);
        const {code, err} = await run('start', 'test/other');
        expect(code).toBe(4);
        expect(err).toContain('gaming');
    });

    it('makes no difference to others', async () => {
        await testDriver.define('plain');
        const {code, out} = await run('start', '--json', 'test/plain');
        expect(code).toBe(0);
        expect(json<Started>(out).steps.map(({id}) => id)).toEqual(['ask', 'confirm']);
        const stopped = await run('stop', '--json', 'test/plain');
        expect(json<Started>(stopped.out).cardReturnedMs).toBeNull();
        expect(polkit.checks.length).toBe(0);
    });

    it('comes with options that do not go together', async () => {
        const {code, err} = await run('start', '--close-apps', '--when-free', '--json', 'test/gaming');
        expect(code).toBe(2);
        expect(jsonError(err)['category']).toBe('usage');
        // A card that is with vfio already is taken over as it is.
        await run('gpu', 'take', CARD);
        expect((await run('start', 'test/gaming')).code).toBe(0);
        expect(await machine.bindings()).toEqual(LENT);
    });
});

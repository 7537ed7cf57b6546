// SPDX-License-Identifier: GPL-3.0-or-later
// Everything real but the cards: libvirt's test driver starts and stops the machine, the helper in a process of its
// own moves the card of a pretended computer.
import GLib from 'gi://GLib';

import {FollowedCards} from '../../shared/gpu/followedCards.js';
import {HelperClient} from '../../shared/gpu/helperClient.js';
import {here} from '../../shared/gpu/pretendedHere.js';
import {Lending} from '../../shared/lending/lending.js';
import {
    CardHeldError,
    CardMoveFailedError,
    HelperDeniedError,
    HelperFailedError,
    HostDeviceMissingError,
} from '../../shared/lending/lendingErrors.js';
import {returnCard, takeCard} from '../../shared/lending/cardMoves.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {Happening} from '../../shared/machines/happening.js';
import {type Notice, noticeFor} from '../../shared/notices/notice.js';
import {Bus} from '../../shared/platform/bus.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {defineHostdevMachine} from '../fakes/hostdevMachine.js';
import {waitFor} from '../harness/deadline.js';
import type {RunningProgram} from '../harness/program.js';
import {Following} from '../libvirt/following.js';
import {testDriver} from '../libvirt/testDriver.js';
import {FakePolkit} from './fakePolkit.js';
import {Caller, startHelper} from './helperProcess.js';

const CARD = '0000:03:00.0';
const HOME = {[CARD]: 'amdgpu', '0000:03:00.1': 'snd_hda_intel'};
const LENT = {[CARD]: 'vfio-pci', '0000:03:00.1': 'vfio-pci'};

describe('helper: lending a card to a machine', () => {
    let polkit: FakePolkit;
    let helper: RunningProgram;
    let caller: Caller;
    let client: HelperClient;
    let following: Following;
    let cards: FollowedCards;
    let guarded: boolean;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
    });
    beforeEach(async () => {
        polkit.allow();
        guarded = false;
        helper = await startHelper('helperOnFakes');
        caller = new Caller();
        const folder = GLib.path_get_dirname((await caller.control('Facts', []))[0]['sys']!);
        GLib.setenv('HANDOVER_SYSROOT', folder, true);
        following = await Following.start('test');
        const place = here();
        cards = new FollowedCards(following.hosts, place, await place.openEvents());
        client = new HelperClient(await Bus.open('system'));
        following.hosts.preparation = new Lending(cards, client, null, null, () => guarded);
    });
    afterEach(async () => {
        following.close();
        cards.close();
        await testDriver.clear();
        caller.close();
        await helper.stop();
        GLib.unsetenv('HANDOVER_SYSROOT');
    });
    afterAll(() => polkit.stop());

    const bindings = async () => (await caller.control('Bindings', ['0000:03']))[0];
    const define = async (address = CARD): Promise<Machine> => {
        await defineHostdevMachine('win', address);
        return await following.reaches('test/win', 'shutoff');
    };
    const failureOf = async (machine: Machine): Promise<unknown> => {
        const operation = machine.run('start');
        await expectAsync(operation.finished()).toBeRejected();
        return operation.error;
    };

    it('takes the card, starts the machine, and brings the card back when it is off', async () => {
        const machine = await define();
        const start = machine.run('start');
        await start.finished();
        expect(start.steps.map(({id}) => id)).toEqual(['preflight', 'take', 'ask', 'confirm']);
        expect(await bindings()).toEqual(LENT);
        await cards.lookOnce();
        expect(cards.list.byAddress(CARD)?.owner).toEqual({
            kind: 'machine',
            machine: 'test/win',
            name: 'win',
        });

        const stop = machine.run('shutdown');
        await stop.finished();
        expect(stop.steps.map(({id}) => id)).toEqual(['ask', 'guest', 'return', 'verify']);
        expect(await bindings()).toEqual(HOME);
        expect(machine.failing).toBeFalse();
    });

    it('waits for what the guard has begun', async () => {
        guarded = true;
        const machine = await define();
        await machine.run('start').finished();
        const before = polkit.checks.length;
        const stop = machine.run('force-off');
        await waitFor('the wait', () => stop.step === 'return');
        const back = caller.outcome('Return', CARD);
        await stop.finished();
        expect((await back).kind).toBe('done');
        expect(await bindings()).toEqual(HOME);
        // The one that asked is not us.
        expect(polkit.checks.length).toBe(before + 1);
        expect(stop.elapsedMs).toBeLessThan(900);
    });

    it('brings the card back when libvirt refuses the start', async () => {
        const machine = await define();
        await machine.client();
        const path = machine.path!;
        const operation = machine.run('start');
        await waitFor('the take', () => operation.step === 'take');
        await testDriver.flagged(path, 'Undefine');
        await expectAsync(operation.finished()).toBeRejected();
        expect(operation.steps.at(-1)?.id).toBe('return');
        expect(await bindings()).toEqual(HOME);
    });

    it('says in a sentence that the definition names a device that is not there', async () => {
        const machine = await define('0000:07:00.0');
        const error = await failureOf(machine);
        expect(error).toBeInstanceOf(HostDeviceMissingError);
        const problem = describeProblem(error);
        expect(problem.category).toBe('missing');
        expect(problem.body).toContain('0000:07:00.0');
        expect(machine.state).toBe('shutoff');
        expect(await bindings()).toEqual(HOME);
    });

    it('does not start while a program holds the card, and offers what can be done', async () => {
        const machine = await define();
        const [pid] = await caller.control('Hold', ['/dev/dri/card1', '226:1', 'blender']);
        let notice: Notice | null = null;
        following.hosts.connect('happened', (_hosts: unknown, one: Machine, happening: Happening) => {
            if (happening.kind === 'failed') notice = noticeFor(one, happening);
        });
        const error = await failureOf(machine);
        expect(error).toBeInstanceOf(CardHeldError);
        expect(machine.failure?.error).toBe(error);
        expect(describeProblem(error).category).toBe('held');
        expect(describeProblem(error).body).toContain('blender');
        expect(describeProblem(error).body).toContain('or wait until the card is free');
        expect(notice!.buttons.map(({action}) => action)).toEqual([
            'close-and-start',
            'start-when-free',
            'details',
        ]);
        expect(notice!.buttons[0]!.label).toContain('blender');
        expect(notice!.title).toContain('win');
        expect(notice!.body).toContain('blender');
        expect(await bindings()).toEqual(HOME);

        const waiting = machine.run('start', {start: {held: 'wait'}});
        await waitFor('the wait', () => waiting.step === 'wait');
        await caller.control('LetGo', [pid]);
        await waiting.finished();
        expect(await bindings()).toEqual(LENT);
    });

    it('says so when polkit does not allow it', async () => {
        const machine = await define();
        polkit.verdicts['hand-over'] = 'no';
        const error = await failureOf(machine);
        expect(error).toBeInstanceOf(HelperDeniedError);
        expect((error as HelperDeniedError).cancelled).toBeFalse();
        polkit.verdicts['hand-over'] = 'dismissed';
        expect(((await failureOf(machine)) as HelperDeniedError).cancelled).toBeTrue();
        expect(describeProblem(error).category).toBe('denied');
        polkit.verdicts['hand-over'] = 'error';
        expect(await failureOf(machine)).toBeInstanceOf(HelperFailedError);
        expect(machine.state).toBe('shutoff');
        expect(await bindings()).toEqual(HOME);
    });

    it('says so when the helper is killed midway, and starts nothing', async () => {
        const machine = await define();
        await caller.control('Gate', [true]);
        const operation = machine.run('start');
        await waitFor('the handover', async () => (await caller.property('Moving')) === CARD);
        helper.signal(9);
        await expectAsync(operation.finished()).toBeRejectedWithError(HelperFailedError);
        expect(machine.state).toBe('shutoff');
    });

    it('says where the card stands when a step fails', async () => {
        const machine = await define();
        await caller.control('Misbehave', ['unbind snd_hda_intel', 'Device or resource busy']);
        const error = (await failureOf(machine)) as CardMoveFailedError;
        expect(error).toBeInstanceOf(CardMoveFailedError);
        expect(error.restored).toBeTrue();
        expect(await bindings()).toEqual(HOME);
    });

    it('tells the steps of a card that is moved by hand', async () => {
        await cards.lookOnce();
        const gpu = cards.list.byAddress(CARD)!;
        const take = takeCard(gpu, client);
        await take.finished();
        expect(take.steps.map(({id}) => id)).toEqual(
            jasmine.arrayContaining(['override', 'unbind', 'bind', 'verify', 'keep']),
        );
        const back = returnCard(gpu, client);
        expect(back.kind).toBe('return');
        await back.finished();
        expect(back.steps.map(({id}) => id)).toEqual(jasmine.arrayContaining(['unbind', 'bind', 'forget']));
        expect(await bindings()).toEqual(HOME);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {HELPER_BUS_NAME} from '../../shared/names.js';
import {pause, waitFor} from '../harness/deadline.js';
import type {RunningProgram} from '../harness/program.js';
import {FakePolkit} from './fakePolkit.js';
import {Caller, ownerOf, startHelper} from './helperProcess.js';

const CARD = '0000:05:00.0';
const ALL_ON_AMDGPU = {[CARD]: 'amdgpu'};

describe('helper: who may', () => {
    let helper: RunningProgram;
    let polkit: FakePolkit;
    let caller: Caller;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
        helper = await startHelper('helperOnFakes');
    });
    beforeEach(() => {
        polkit.allow();
        caller = new Caller();
    });
    afterEach(() => caller.close());
    afterAll(async () => {
        await helper.stop();
        polkit.stop();
        expect(helper.log()).not.toContain('JS ERROR');
    });

    const unchanged = async () =>
        expect((await caller.control('Bindings', ['0000:05']))[0]).toEqual(ALL_ON_AMDGPU);

    const methods = [
        ['look', 'Holders', [CARD]],
        ['look', 'GuardStatus', []],
        ['look', 'Files', []],
        ['look', 'Journal', []],
        ['hand-over', 'Take', [CARD]],
        ['hand-over', 'Return', [CARD]],
        ['force-back', 'ForceBack', [CARD, 'return']],
        ['set-up', 'InstallGuard', []],
        ['set-up', 'RemoveGuard', []],
        ['set-up', 'InstallIgnoreRule', [CARD]],
        ['set-up', 'RemoveIgnoreRule', [CARD]],
    ] as const;

    for (const [action, method, args] of methods) {
        it(`asks polkit for ${action} before ${method}, and takes a no`, async () => {
            polkit.verdicts[action] = 'no';
            expect(await caller.errorOf(method, args)).toBe('NotAuthorized');
            expect(polkit.checks.length).toBe(1);
            expect(polkit.checks[0]).toEqual(
                jasmine.objectContaining({
                    action: `${HELPER_BUS_NAME}.${action}`,
                    subject: `system-bus-name ${caller.name}`,
                    interactive: false,
                    details: args.length === 0 ? {} : {card: CARD},
                }),
            );
            await unchanged();
            const [facts] = await caller.control('Facts', []);
            expect(facts['libvirtReloads']).toBe('0');
            expect(facts['udevReloads']).toBe('0');
        });
    }

    it('takes a yes for one action for no other', async () => {
        polkit.verdicts = {look: 'yes', 'set-up': 'yes', 'force-back': 'yes'};
        expect(await caller.errorOf('Take', [CARD])).toBe('NotAuthorized');
        expect(await caller.errorOf('Holders', [CARD])).toBe('none');
    });

    it('takes "ask a person first" for a no', async () => {
        polkit.verdicts['set-up'] = 'challenge';
        expect(await caller.errorOf('InstallGuard', [])).toBe('NotAuthorized');
        expect(await caller.errorOf('InstallGuard', [], {interactive: true})).toBe('NotAuthorized');
    });

    it('lets polkit ask a person when the caller does', async () => {
        polkit.verdicts['hand-over'] = 'no';
        await caller.errorOf('Take', [CARD], {interactive: true});
        expect(polkit.checks.map(({interactive}) => interactive)).toEqual([true]);
    });

    it('waits for a polkit that is slow', async () => {
        polkit.delayMs = 400;
        expect(await caller.errorOf('Holders', [CARD])).toBe('none');
        polkit.delayMs = 1000;
        expect(await caller.errorOf('Holders', [CARD], {interactive: true})).toBe('none');
    });

    it('gives a polkit up that never answers, and takes its question back', async () => {
        polkit.verdicts['hand-over'] = 'silence';
        expect(await caller.errorOf('Take', [CARD])).toBe('AuthorityFailed');
        await waitFor('the cancelled check', () => polkit.cancelled.length > 0);
        expect(polkit.cancelled).toEqual([polkit.checks[0]!.id]);
        await unchanged();
    });

    it('does not take a yes that comes too late', async () => {
        polkit.delayMs = 1100;
        expect(await caller.errorOf('Take', [CARD])).toBe('AuthorityFailed');
        await pause(700);
        await unchanged();
    });

    it('takes an error of polkit for a no', async () => {
        polkit.verdicts['hand-over'] = 'error';
        expect(await caller.errorOf('Take', [CARD])).toBe('AuthorityFailed');
        await unchanged();
    });

    it('drops the question when the caller goes while it is asked', async () => {
        polkit.delayMs = 600;
        const other = new Caller();
        other.call('Take', [CARD], {interactive: true}).catch(() => undefined);
        await waitFor('the check', () => polkit.checks.length === 1);
        expect(polkit.checks[0]!.subject).toBe(`system-bus-name ${other.name}`);
        other.close();
        await waitFor('the cancelled check', () => polkit.cancelled.length > 0);
        await pause(700);
        await unchanged();
        expect(await caller.property('Moving')).toBe('');
    });

    it('takes it for a no when polkit ends while it is asked', async () => {
        polkit.verdicts['hand-over'] = 'silence';
        const waiting = caller.errorOf('Take', [CARD], {interactive: true});
        await waitFor('the check', () => polkit.checks.length === 1);
        polkit.stop();
        expect(await waiting).toBe('AuthorityFailed');
        await unchanged();
        polkit = await FakePolkit.start();
    });

    it('answers others while polkit keeps one waiting', async () => {
        polkit.verdicts['set-up'] = 'silence';
        const waiting = caller.errorOf('InstallGuard', []);
        expect(await caller.errorOf('Holders', [CARD])).toBe('none');
        expect(await waiting).toBe('AuthorityFailed');
    });

    it('asks nobody about addresses that are none of a card', async () => {
        for (const address of ['', '0000:05:00.8', '../../../etc', '0000:02:00.0'])
            expect(await caller.errorOf('Take', [address])).not.toBe('none');
        expect(polkit.checks).toEqual([]);
    });

    it('does nothing without a polkit', async () => {
        polkit.stop();
        await waitFor('polkit to go', () => !ownerOf('org.freedesktop.PolicyKit1'));
        expect(await caller.errorOf('Take', [CARD])).toBe('AuthorityFailed');
        expect(await caller.errorOf('Holders', [CARD])).toBe('AuthorityFailed');
        await unchanged();
        polkit = await FakePolkit.start();
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {type FixAction, opposite} from '../../../shared/health/fixAction.js';
import type {HandoverOutcome} from '../../../shared/gpu/helperInterface.js';
import {mendHere} from '../../../shared/health/doctor/doctorHere.js';
import {mend, type Mender} from '../../../shared/health/doctor/mend.js';
import {describeProblem} from '../../../shared/problems/problem.js';
import {helperError} from '../setUp/pretended.js';

const CARD = '0000:03:00.0';
const DONE: HandoverOutcome = {kind: 'done', already: false, steps: []};

describe('Mending', () => {
    it('asks the helper for what was offered, and for the opposite to undo it', async () => {
        const asked: string[] = [];
        const ask = (call: string): Promise<void> => {
            asked.push(call);
            return Promise.resolve();
        };
        const helper: Mender = {
            installGuard: () => ask('install guard'),
            removeGuard: () => ask('remove guard'),
            installIgnoreRule: card => ask(`install rule ${card}`),
            removeIgnoreRule: card => ask(`remove rule ${card}`),
            giveBack: card => ask(`give back ${card}`).then(() => DONE),
            take: card => ask(`take ${card}`).then(() => DONE),
        };
        const actions: FixAction[] = [
            {kind: 'install-guard'},
            {kind: 'install-rule', card: CARD},
            {kind: 'give-back', card: CARD},
        ];
        const outcomes = [];
        for (const action of actions)
            outcomes.push(await mend(helper, action), await mend(helper, opposite(action)));
        expect(asked).toEqual([
            'install guard',
            'remove guard',
            `install rule ${CARD}`,
            `remove rule ${CARD}`,
            `give back ${CARD}`,
            `take ${CARD}`,
        ]);
        expect(outcomes).toEqual([null, null, null, null, DONE, DONE]);
    });

    it('says in the end why it could not be done', async () => {
        const helper = (answer: () => Promise<never> | Promise<HandoverOutcome>): Mender => ({
            installGuard: () => answer().then(() => undefined),
            removeGuard: () => answer().then(() => undefined),
            installIgnoreRule: () => answer().then(() => undefined),
            removeIgnoreRule: () => answer().then(() => undefined),
            giveBack: answer,
            take: answer,
        });
        const problemOf = async (action: FixAction, answer: Parameters<typeof helper>[0]) => {
            try {
                await mendHere(action, helper(answer));
                return 'done';
            } catch (error) {
                const {category, title} = describeProblem(error);
                expect(title).not.toBe('');
                return category;
            }
        };
        const fails = (name: string) => () => Promise.reject(helperError(name));
        expect(await problemOf({kind: 'install-guard'}, fails('NotAuthorized'))).toBe('denied');
        expect(await problemOf({kind: 'install-guard'}, fails('ForeignFile'))).not.toBe('done');
        expect(
            await problemOf(
                {kind: 'install-rule', card: CARD},
                fails('org.freedesktop.DBus.Error.ServiceUnknown'),
            ),
        ).toBe('missing');
        const outcome = (one: HandoverOutcome) => () => Promise.resolve(one);
        const give = {kind: 'give-back', card: CARD} as const;
        expect(await problemOf(give, outcome(DONE))).toBe('done');
        expect(await problemOf(give, outcome({kind: 'busy', address: CARD}))).not.toBe('done');
        expect(await problemOf(give, outcome({kind: 'refused', direction: 'return', refusals: []}))).not.toBe(
            'done',
        );
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {type FixAction, opposite} from '../../../shared/health/fixAction.js';
import type {HandoverOutcome} from '../../../shared/gpu/helperInterface.js';
import {mend, type Mender} from '../../../shared/health/doctor/mend.js';

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
});

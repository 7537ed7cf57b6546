// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverFailed} from '../../../shared/gpu/handover/handoverErrors.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {HandoverLab} from '../../fakes/handoverLab.js';
import {AMD, BY, rejection} from './labs.js';

const TWIN = '0000:04:00.0';

describe('Two cards that are alike, of which one was lent and has fallen off the bus', () => {
    async function fallen(): Promise<HandoverLab> {
        const lab = new HandoverLab(new FakePciTree().intelGraphics().amdCard().amdCard('0000:04:00', '18'));
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.device(AMD).unplug();
        lab.fake.kernel.device('0000:03:00.1').unplug();
        return lab;
    }

    it('are told apart: the other one does not count as the lost one that is back', async () => {
        const lab = await fallen();
        expect(await rejection(lab.desk.giveBack(AMD, BY))).toBeInstanceOf(HandoverFailed);
        expect((await lab.store.readAll()).map(({id, phase}) => `${id} ${phase}`)).toEqual([`${AMD} failed`]);
    });

    it('do not keep each other from being lent', async () => {
        const lab = await fallen();
        await rejection(lab.desk.giveBack(AMD, BY));
        expect((await lab.desk.take(TWIN, BY)).already).toBeFalse();
        expect((await lab.store.readAll()).map(({id, phase}) => `${id} ${phase}`)).toEqual([
            `${AMD} failed`,
            `${TWIN} lent`,
        ]);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {LogindSleeper} from '../../helper/system/logindSleeper.js';
import {SleepFailed, SleepHeldBack} from '../../shared/gpu/handover/ports.js';
import {Bus} from '../../shared/platform/bus.js';
import {FakeLogind} from './fakeLogind.js';

describe('helper: sleep', () => {
    let logind: FakeLogind;
    let sleeper: LogindSleeper;

    beforeEach(async () => {
        logind = await FakeLogind.start();
        sleeper = new LogindSleeper(await Bus.open('system'), {
            callMs: 5_000,
            beginMs: 1_500,
            awakeMs: 1_500,
        });
    });
    afterEach(() => logind.stop());

    it('ends when the computer is awake again', async () => {
        logind.onSuspend = [
            [20, true],
            [40, false],
        ];
        await sleeper.suspendAndResume();
        expect(logind.told).toEqual([true, false]);
        expect(logind.suspended).toEqual([false]);
    });

    it('does not begin while a program keeps the computer awake', async () => {
        logind.inhibitors.push(
            ['shutdown:sleep', 'Backup', 'Copies\nfiles', 'block', 1000, 7],
            ['sleep', 'GNOME Shell', 'Locks the screen', 'delay', 1000, 8],
            ['idle', 'Player', 'Plays', 'block', 1000, 9],
        );
        const error = await sleeper.suspendAndResume().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(SleepHeldBack);
        expect((error as SleepHeldBack).by).toEqual(['Backup (Copies files)']);
        expect(logind.suspended).toEqual([]);
    });

    it('does not wait for one that only delays it', async () => {
        logind.inhibitors.push(['sleep', 'GNOME Shell', 'Locks the screen', 'delay', 1000, 8]);
        logind.onSuspend = [
            [0, true],
            [0, false],
        ];
        await sleeper.suspendAndResume();
        expect(logind.suspended).toEqual([false]);
    });

    it('fails where the computer cannot sleep', async () => {
        logind.can = 'na';
        await expectAsync(sleeper.suspendAndResume()).toBeRejectedWithError(SleepFailed, /cannot sleep: na/);
        expect(logind.suspended).toEqual([]);
    });

    for (const [what, onSuspend] of [
        ['never begins', []],
        ['never ends', [[0, true]]],
    ] as const) {
        it(`is given up when it ${what}`, async () => {
            logind.onSuspend = onSuspend;
            await expectAsync(sleeper.suspendAndResume()).toBeRejectedWithError(SleepFailed);
        });
    }

    it('fails when logind says no, and where there is none', async () => {
        logind.refuses = true;
        await expectAsync(sleeper.suspendAndResume()).toBeRejectedWithError(SleepFailed);
        logind.stop();
        await expectAsync(sleeper.suspendAndResume()).toBeRejectedWithError(SleepFailed);
    });
});

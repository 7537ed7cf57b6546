// SPDX-License-Identifier: GPL-3.0-or-later
import {glibClock} from '../../helper/system/glibClock.js';

describe('The helper’s clock', () => {
    it('rings when its time has come, and not when it was stopped', async () => {
        let rang = 0;
        const stopped = glibClock.alarm(10);
        void stopped.rang.then(() => rang++);
        stopped.stop();
        const begin = glibClock.nowMs();
        await glibClock.alarm(30).rang;
        await glibClock.delay(5);

        expect(rang).toBe(0);
        expect(glibClock.nowMs() - begin).toBeGreaterThan(30);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import type {HappeningKind} from '../../../shared/machines/happening.js';
import {Troubles} from '../../../shared/machines/troubles.js';

function after(...kinds: HappeningKind[]): (number | null)[] {
    const troubles = new Troubles();
    troubles.note('watchdog', 1);
    troubles.note('io-error', 2);
    for (const kind of kinds) troubles.take({kind, atMs: 3});
    return [troubles.crashMs, troubles.watchdogMs, troubles.ioErrorMs];
}

describe('What went wrong with a machine', () => {
    it('is kept as long as it tells something', () => {
        expect(after()).toEqual([null, 1, 2]);
        expect(after('paused', 'rebooted', 'io-error')).toEqual([null, 1, 2]);
        expect(after('resumed')).toEqual([null, 1, null]);
        expect(after('crashed')).toEqual([3, 1, 2]);
        expect(after('crashed', 'started')).toEqual([3, null, null]);
        expect(after('crashed', 'restored')).toEqual([3, null, null]);
        expect(after('crashed', 'started', 'stopped')).toEqual([null, null, null]);
        expect(after('crashed', 'saved')).toEqual([null, null, null]);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {discreetJson} from '../../helper/discretion.js';
import {SharedLook} from '../../helper/sharedLook.js';

describe('helper: what is told of programs', () => {
    const process = {pid: 7, uid: 1000, name: 'player', command: 'player --password secret', role: 'program'};
    const machine = {
        pid: 8,
        uid: 64055,
        name: 'qemu-system-x86_64',
        command: '/usr/bin/qemu-system-x86_64 -name guest=win11,debug-threads=on -object secret,data=x',
        role: 'machine',
    };
    const outcome = {kind: 'refused', refusals: [{kind: 'held', holders: {processes: [process, machine]}}]};

    it('is their command line to whose they are, and to root', () => {
        expect(discreetJson(outcome, 1000)).toContain('secret"');
        expect(JSON.parse(discreetJson(outcome, 0))).toEqual(outcome);
    });

    it('is only their name to others, and to everybody on the bus', () => {
        for (const reader of [1001, null]) {
            const json = discreetJson(outcome, reader);
            expect(json).not.toContain('secret');
            expect(json).toContain('"command":"player"');
            expect(json).toContain('-name guest=win11"');
        }
    });
});

describe('helper: looks that many ask for', () => {
    it('are taken one at a time, and each sees what is there after it was asked for', async () => {
        const shared = new SharedLook<number>();
        const ends: (() => void)[] = [];
        const begin = () => {
            const number = ends.length;
            return new Promise<number>(resolve => ends.push(() => resolve(number)));
        };
        const first = shared.look('card', begin);
        const others = Array.from({length: 50}, () => shared.look('card', begin));
        expect(ends.length).toBe(1);
        ends[0]!();
        expect(await first).toBe(0);
        await Promise.resolve();
        expect(ends.length).toBe(2);
        ends[1]!();
        expect(new Set(await Promise.all(others))).toEqual(new Set([1]));
        void shared.look('card', begin);
        expect(ends.length).toBe(3);
    });

    it('go on after one that failed', async () => {
        const shared = new SharedLook<number>();
        const failed = shared.look('card', () => Promise.reject(new Error('no')));
        const after = shared.look('card', () => Promise.resolve(1));
        await expectAsync(failed).toBeRejected();
        expect(await after).toBe(1);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {monotonicMs} from '../../../shared/platform/clock.js';
import {Slicer} from '../../../shared/platform/slicer.js';
import {waitFor} from '../../harness/deadline.js';
import {Heartbeat} from '../../libvirt/following.js';
import {SourceCount} from '../sourceCount.js';

function work(ms: number): void {
    const end = monotonicMs() + ms;
    while (monotonicMs() < end);
}

describe('The slicer', () => {
    it('does at once what is quick, in order', () => {
        const done: number[] = [];
        const slicer = new Slicer<number>(one => done.push(one));
        for (let item = 0; item < 10; item++) slicer.push(item);
        expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        slicer.close();
    });

    it('lets the main loop come round in between, in order, and leaves no source', async () => {
        const sources = new SourceCount();
        const done: number[] = [];
        const slicer = new Slicer<number>(one => {
            work(1);
            done.push(one);
        });
        const start = monotonicMs();
        for (let item = 0; item < 60; item++) slicer.push(item);
        expect(monotonicMs() - start).toBeLessThan(30);
        expect(done.length).toBeLessThan(20);
        let turns = 0;
        const heartbeat = new Heartbeat(() => turns++);
        await waitFor('the rest', () => done.length === 60);
        heartbeat.stop();
        expect(turns).toBeGreaterThan(5);
        expect(done).toEqual([...Array(60).keys()]);
        expect(sources.stop()).toBe(0);
    });

    it('forgets the rest when closed, and goes on after what throws', async () => {
        const sources = new SourceCount();
        const done: number[] = [];
        const slicer = new Slicer<number>(one => {
            work(2);
            done.push(one);
        });
        for (let item = 0; item < 20; item++) slicer.push(item);
        slicer.close();
        const {length} = done;
        await waitFor('a while', () => true);
        expect([done.length, sources.stop()]).toEqual([length, 0]);
    });
});

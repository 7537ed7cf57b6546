// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {CallCount, Following, Heartbeat} from './following.js';
import {testDriver} from './testDriver.js';

/** Makes the test driver hold a number of machines, its own among them. */
async function fill(machines: number): Promise<void> {
    const there = (await testDriver.paths()).length;
    for (let number = there; number < machines; number++) await testDriver.define(`vm-${number}`);
}

function median(values: number[]): number {
    return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

describe('Many machines', () => {
    beforeAll(async () => {
        await testDriver.clear();
    });

    afterAll(async () => {
        await testDriver.clear();
    });

    for (const machines of [1, 100, 1000]) {
        it(`are filled in by one call: ${machines}`, async () => {
            await fill(machines);
            for (let round = 0; round < 3; round++) {
                const count = new CallCount();
                const heartbeat = new Heartbeat();
                const start = GLib.get_monotonic_time();
                const following = await Following.start('test');
                const filled = (GLib.get_monotonic_time() - start) / 1000;
                await waitFor('an idle moment', () => true);
                const gap = heartbeat.stop();
                expect(count.stop()).toEqual(['GetAllDomainStats']);
                expect(following.machine('test/test').state).toBe('running');
                expect(following.hosts.machines.length).toBe(machines);
                following.close();
                print(`filled ${machines} in ${filled.toFixed(1)} ms, longest gap ${gap.toFixed(1)} ms`);
            }
        });
    }

    it('each follow their own of a burst of 1,000 events', async () => {
        await fill(1000);
        const following = await Following.start('test');
        for (const [method, flags, state, happening] of [
            ['Create', true, 'running', 'started'],
            ['Suspend', false, 'paused', 'paused'],
            ['Resume', false, 'running', 'resumed'],
            ['Destroy', true, 'shutoff', 'stopped'],
        ] as const) {
            following.happenings.length = 0;
            const heartbeat = new Heartbeat();
            await testDriver.burst(method, flags);
            const reached = (): boolean => following.hosts.machines.every(one => one.state === state);
            await waitFor(`${state} of all`, reached, {within: 10_000});
            const gap = heartbeat.stop();
            print(`burst of ${method}: longest gap ${gap.toFixed(1)} ms`);
            const mine = following.happenings.filter(one => one.startsWith('vm-'));
            expect(mine.length).toBe(999);
            expect(new Set(mine).size).toBe(999);
            expect(mine.every(one => one.endsWith(` ${happening}`))).toBeTrue();
            // The machine's other programs are in this figure; the Slicer's own test is the strict one.
            expect(gap).toBeLessThan(200);
        }
        expect(following.hosts.lists[0]!.nActive).toBe(0);
        await testDriver.flagged('/org/libvirt/Test/domain/_6695eb01_f6a4_8304_79aa_97f2502e193f', 'Create');
        following.close();
    });

    it('show an event within a frame', async () => {
        await fill(1000);
        const following = await Following.start('test');
        const path = (await testDriver.paths()).find(one => !one.includes('6695eb01'))!;
        const late: number[] = [];
        let sent = 0;
        let arrived = 0;
        const [xml] = await testDriver.flagged(path, 'GetXMLDesc');
        const name = /<name>([^<]*)</.exec(String(xml))![1]!;
        const machine = following.machine(`test/${name}`);
        machine.connect('notify::state', () => (arrived = GLib.get_monotonic_time()));
        for (let round = 0; round < 20; round++) {
            arrived = 0;
            sent = GLib.get_monotonic_time();
            await testDriver.flagged(path, round % 2 === 0 ? 'Create' : 'Destroy');
            await waitFor('the change', () => arrived > 0, {every: 1});
            late.push((arrived - sent) / 1000);
        }
        const [first] = late;
        print(
            `call → libvirt → property: median ${median(late).toFixed(2)} ms, worst ${Math.max(...late).toFixed(2)} ms, ` +
                `with the path unknown ${first!.toFixed(2)} ms`,
        );
        expect(median(late)).toBeLessThan(16);
        following.close();
    });

    it('cost no call while nothing happens', async () => {
        const following = await Following.start('test');
        const count = new CallCount();
        await new Promise<void>(resolve => setTimeout(() => resolve(), 500));
        expect(count.stop()).toEqual([]);
        following.close();
    });
});

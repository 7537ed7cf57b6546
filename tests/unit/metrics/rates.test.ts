// SPDX-License-Identifier: GPL-3.0-or-later
import {ratesBetween, type TimedReading} from '../../../shared/metrics/rates.js';
import {at} from './pretendedReading.js';

const LONGEST = 6000;

describe('Rates', () => {
    it('rest on the time that really passed', () => {
        const rates = ratesBetween(
            at(0),
            at(4000, {
                'cpu.time': 13e9,
                'vcpu.0.time': 10e9,
                'vcpu.0.delay': 2e9,
                'block.0.rd.bytes': 9000,
                'block.0.rd.reqs': 30,
                'block.0.rd.times': 1.2e9,
                'net.0.rx.bytes': 5000,
                'net.0.rx.drop': 8,
            }),
            LONGEST,
        )!;

        expect(rates.elapsedMs).toBe(4000);
        expect(rates.processors).toBe(0.75);
        expect(rates.cpu).toBe(0.5);
        expect(rates.emulator).toBe(0.25);
        expect(rates.vcpus).toEqual([{index: 0, used: 0.5, waited: null, stolen: 0.25}]);
        expect(rates.disk.readBytes).toBe(2000);
        expect(rates.disk.reads).toBe(5);
        expect(rates.disk.latencyMs).toBe(10);
        expect(rates.disk.writtenBytes).toBeNull();
        expect(rates.network.inBytes).toBe(1000);
        expect(rates.network.drops).toBe(2);
        expect(rates.swapped).toBeNull();
    });

    it('of swapping rest on the time between two reports of the guest', () => {
        const now = Math.floor(Date.now() / 1000);
        const told = (ms: number, toldAt: number, kib: number): TimedReading =>
            at(ms, {
                'balloon.last-update': toldAt,
                'balloon.swap_in': kib,
                'balloon.swap_out': 0,
            });
        const swapped = (toldAt: number, kib: number): number | null =>
            ratesBetween(told(0, now - 10, 0), told(2000, toldAt, kib), LONGEST)!.swapped;

        expect(swapped(now - 5, 5000)).toBe(1000 * 1024);
        expect(swapped(now - 10, 0)).toBeNull();
        const untold = {'balloon.swap_in': 0, 'balloon.swap_out': 0};
        const later = {'balloon.swap_in': 30, 'balloon.swap_out': 10};

        expect(ratesBetween(at(0, untold), at(2000, later), LONGEST)!.swapped).toBe(20 * 1024);
    });

    it('have a gap where any counter went back: the machine was started anew', () => {
        for (const key of ['cpu.time', 'vcpu.0.time', 'block.0.rd.bytes', 'net.0.rx.bytes']) {
            const gap = ratesBetween(at(0), at(2000, {'cpu.time': 99e9, [key]: 1}), LONGEST);
            expect(gap).withContext(key).toBeNull();
        }
    });

    it('have a gap where the host slept, too long passed or no time at all', () => {
        expect(ratesBetween(at(0), at(2000, {}, 3_600_000), LONGEST)).toBeNull();
        expect(ratesBetween(at(0), at(2000, {}, 20), LONGEST)).not.toBeNull();
        expect(ratesBetween(at(0), at(6001), LONGEST)).toBeNull();
        expect(ratesBetween(at(0), at(0), LONGEST)).toBeNull();
        expect(ratesBetween(at(2000), at(0), LONGEST)).toBeNull();
    });

    it('are of the devices that were there before, by their names', () => {
        const rates = ratesBetween(
            at(0),
            at(1000, {
                'block.count': 2,
                'block.0.name': 'vdb',
                'block.0.rd.bytes': 5e12,
                'block.1.name': 'vda',
                'block.1.rd.bytes': 1500,
            }),
            LONGEST,
        )!;

        expect(rates.disk.readBytes).toBe(500);
    });

    it('are unknown where libvirt told nothing, and none where nothing happened', () => {
        const nothing = ratesBetween(at(0), at(2000), LONGEST)!;
        expect([nothing.cpu, nothing.disk.readBytes, nothing.network.inBytes]).toEqual([0, 0, 0]);
        expect(nothing.disk.latencyMs).toBeNull();
        const untold = ratesBetween(at(0), at(2000, {'block.count': 0, 'vcpu.maximum': 0}), LONGEST)!;
        expect([untold.cpu, untold.emulator, untold.disk.readBytes]).toEqual([null, null, null]);
    });

    it('never say that a processor was busy for more than all of its time', () => {
        const rates = ratesBetween(at(0), at(1000, {'vcpu.0.time': 9.04e9, 'cpu.time': 11.1e9}), LONGEST)!;
        expect(rates.cpu).toBe(1);
        expect(rates.vcpus[0]!.used).toBe(1);
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
import {LibvirtError, NoAnswerError} from '../../../shared/libvirt/libvirtErrors.js';
import type {Reading} from '../../../shared/metrics/reading.js';
import {uptimeMsOf} from '../../../shared/metrics/sampleClock.js';
import {Sampler, type Statistics} from '../../../shared/metrics/sampler.js';
import {nextTurn} from '../../../shared/platform/slices.js';
import {reading} from './pretendedReading.js';

/** A host whose time and answers the test makes. */
class Rig {
    awake = 0;
    slept = 0;
    asked = 0;
    timers = 0;
    changes = 0;
    #tick = (): void => undefined;
    readonly #open: {answer: (statistics: Statistics) => void; fail: (error: unknown) => void}[] = [];
    readonly sampler = new Sampler(
        {
            ask: () =>
                new Promise((answer, fail) => {
                    this.asked++;
                    this.#open.push({answer, fail});
                }),
        },
        {
            clock: {awakeMs: () => this.awake, passedMs: () => this.awake + this.slept},
            ticks: {
                every: (_interval, tick) => {
                    this.timers++;
                    this.#tick = tick;
                    return () => {
                        this.timers--;
                        this.#tick = () => undefined;
                    };
                },
            },
        },
    );

    watch(): {close(): void} {
        return this.sampler.watch(() => this.changes++);
    }

    tick(afterMs = 2000): void {
        this.awake += afterMs;
        this.#tick();
    }

    async answer(machines: Record<string, Reading>, afterMs = 10): Promise<void> {
        this.awake += afterMs;
        this.#open.shift()?.answer({read: () => Promise.resolve(new Map(Object.entries(machines)))});
        await settled();
    }

    async fail(error: unknown): Promise<void> {
        this.#open.shift()?.fail(error);
        await settled();
    }

    /** A tick that is answered: the machine used so many nanoseconds in all. */
    async turn(time: number, afterMs = 1990): Promise<void> {
        this.tick(afterMs);
        await this.answer({vm: reading({'cpu.time': time, 'vcpu.0.time': time})});
    }

    get cpu(): number | null | undefined {
        return this.sampler.sample('vm')?.rates?.cpu;
    }

    get drawn(): (number | null)[] {
        return [...this.sampler.history('vm').fine.moments()].map(({values}) => values[0] ?? null);
    }
}

async function settled(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await nextTurn();
}

/** A rig with a first answer. */
async function begun(): Promise<Rig> {
    const rig = new Rig();
    rig.sampler.history('vm');
    rig.watch();
    await rig.answer({vm: reading({'cpu.time': 10e9, 'vcpu.0.time': 10e9})});
    return rig;
}

describe('The sampler', () => {
    it('asks once a tick for all machines, while somebody looks', async () => {
        const rig = new Rig();
        expect([rig.asked, rig.timers]).toEqual([0, 0]);
        const first = rig.watch();
        const second = rig.watch();
        expect([rig.asked, rig.timers]).toEqual([1, 1]);
        await rig.answer({vm: reading(), other: reading()});
        rig.tick();
        expect(rig.asked).toBe(2);
        await rig.answer({vm: reading(), other: reading()});
        expect(rig.changes).toBe(4);
        expect(rig.sampler.sample('other')?.rates?.cpu).toBe(0);

        first.close();
        first.close();
        expect(rig.timers).toBe(1);
        second.close();
        expect(rig.timers).toBe(0);
        expect(rig.sampler.running).toBeFalse();
        rig.tick();
        expect(rig.asked).toBe(2);
        expect(rig.sampler.sample('vm')).toBeNull();
    });

    it('tells nothing of an answer that comes when nobody looks any more', async () => {
        const rig = new Rig();
        const watch = rig.watch();
        watch.close();
        await rig.answer({vm: reading()});
        expect(rig.changes).toBe(0);
        expect(rig.sampler.sample('vm')).toBeNull();
    });

    it('has rates from the second answer on', async () => {
        const rig = await begun();
        expect(rig.sampler.sample('vm')!.rates).toBeNull();
        await rig.turn(11e9);
        expect(rig.cpu).toBe(0.5);
        expect(rig.drawn).toEqual([null, 0.5]);
    });

    it('has a gap and no spike for an answer that comes late', async () => {
        const rig = await begun();
        rig.tick(1990);
        await rig.answer({vm: reading({'cpu.time': 14e9, 'vcpu.0.time': 14e9})}, 1500);
        expect(rig.sampler.sample('vm')?.rates).toBeNull();
        await rig.turn(12e9, 500);
        expect(rig.drawn).toEqual([null, null, 0.5]);
    });

    it('has rates of answers that all come as late, as those of many machines do, and rests as long', async () => {
        const rig = await begun();
        rig.tick(1000);
        for (let time = 13; time <= 28; time += 3) {
            await rig.answer({vm: reading({'cpu.time': time * 1e9, 'vcpu.0.time': time * 1e9})}, 3000);
            const {asked} = rig;
            rig.tick(1000);
            expect(rig.asked).toBe(asked);
            rig.tick(2000);
            expect(rig.asked).toBe(asked + 1);
        }
        expect(rig.drawn.slice(-2)).toEqual([0.5, 0.5]);
        expect(rig.drawn.slice(0, 2)).toEqual([null, null]);
    });

    it('has a gap after the host slept, and after a machine was started anew', async () => {
        const rig = await begun();
        rig.slept += 3_600_000;
        await rig.turn(11e9);
        expect(rig.cpu).toBeUndefined();
        await rig.turn(12e9);
        rig.sampler.restarted('vm');
        await rig.turn(30e9);
        await rig.turn(31e9);
        await rig.turn(1e9);
        await rig.turn(2e9);
        expect(rig.drawn).toEqual([null, null, 0.5, null, 0.5, null, 0.5]);
    });

    it('has a gap where a machine did not run, and for the time in which nobody looked', async () => {
        const rig = new Rig();
        const watch = rig.watch();
        rig.sampler.history('vm');
        await rig.answer({vm: reading()});
        rig.tick();
        await rig.answer({});
        expect(rig.sampler.sample('vm')).toBeNull();
        watch.close();
        rig.awake += 60_000;
        rig.watch();
        await rig.answer({vm: reading({'cpu.time': 99e9})});
        expect(rig.drawn).toEqual([null, null, null]);
    });

    it('never has two calls under way, also when one is not answered', async () => {
        const rig = await begun();
        let settle = (): void => undefined;
        const settledLate = new Promise<void>(resolve => (settle = resolve));
        rig.tick();
        rig.tick();
        expect(rig.asked).toBe(2);
        await rig.fail(new NoAnswerError('late', {settled: settledLate}));
        expect(rig.sampler.problem).toBeInstanceOf(NoAnswerError);
        rig.tick();
        expect(rig.asked).toBe(2);
        settle();
        await settled();
        rig.tick();
        expect(rig.asked).toBe(3);
    });

    it('goes on after libvirt could not be asked, and says so meanwhile', async () => {
        const rig = await begun();
        const changes = rig.changes;
        rig.tick(1990);
        await rig.fail(new LibvirtError('gone'));
        expect(rig.sampler.problem).toBeInstanceOf(LibvirtError);
        expect(rig.sampler.sample('vm')).toBeNull();
        expect(rig.changes).toBe(changes + 1);
        await rig.turn(12e9, 2000);
        expect(rig.sampler.problem).toBeNull();
        expect(rig.drawn).toEqual([null, null, jasmine.any(Number)]);
    });

    it('shows nothing of a machine that stopped right after it was started anew', async () => {
        const rig = await begun();
        expect(rig.sampler.sample('vm')).not.toBeNull();
        rig.sampler.restarted('vm');
        rig.tick();
        await rig.answer({});
        expect(rig.sampler.sample('vm')).toBeNull();
    });

    it('keeps nothing of a machine that is forgotten', async () => {
        const rig = await begun();
        rig.sampler.forget('vm');
        expect(rig.sampler.sample('vm')).toBeNull();
        expect(rig.drawn).toEqual([]);
    });
});

describe('The time since the computer was started', () => {
    it('is read from /proc/uptime', () => {
        expect(uptimeMsOf('350735.47 234388.90\n')).toBe(350_735_470);
        expect(uptimeMsOf('')).toBeNull();
        expect(uptimeMsOf('soon')).toBeNull();
    });
});

// SPDX-License-Identifier: GPL-3.0-or-later
// How long QEMU's main thread waits for a processor. What it does, disks and networks without threads of their own
// wait for. https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
import GLib from 'gi://GLib';

import type {SysRoot} from '../gpu/sysRoot.js';
import {findQemuProcess, pidFileFolder} from '../health/machine/qemuProcess.js';
import type {Machine} from '../machines/machine.js';
import {readShort} from '../platform/files.js';
import type {SampleTime} from './rates.js';
import {differsBySleep} from './rates.js';
import {HOST_CLOCK, type SampleClock} from './sampleClock.js';

/** How long a thread has run and has waited for a processor, in nanoseconds. */
export interface ThreadReading {
    readonly ran: number;
    readonly waited: number;
}

/** What was not found is looked for again after this time (ms). */
const LOOK_AGAIN_MS = 10_000;
/** What lies closer together, or further apart (ms), is no rate of the moment. */
const SHORTEST_MS = 100;
const LONGEST_MS = 10_000;
const NS_PER_MS = 1e6;

/** Reads /proc/PID/task/TID/schedstat; null for what is no such file, or of a kernel that does not count. */
export function threadReadingOf(text: string): ThreadReading | null {
    const [, ran, waited] = /^(\d{1,20}) (\d{1,20}) \d+$/m.exec(text) ?? [];
    return ran === undefined ? null : {ran: Number(ran), waited: Number(waited)};
}

/** The wait of one machine's emulator; it keeps the reading that the next one is compared with. */
export class EmulatorWait {
    #pid: number | null = null;
    #soughtMs = -Infinity;
    #last: (ThreadReading & SampleTime) | null = null;

    constructor(
        private readonly machine: Machine,
        private readonly root: SysRoot,
        private readonly clock: SampleClock = HOST_CLOCK,
        private readonly pidFiles = pidFileFolder(
            machine.host.driver.bus === 'session',
            GLib.get_user_runtime_dir(),
        ),
    ) {}

    /**
     * The part of the time since the last look in which the thread had something to do and waited, 0 to 1.
     *
     * @returns null the first time, after a sleep, and when it cannot be read
     */
    async read(): Promise<number | null> {
        const before = this.#last;
        this.#last = await this.#look();
        const after = this.#last;
        if (!before || !after || differsBySleep(before, after)) return null;
        const elapsedMs = after.awakeMs - before.awakeMs;
        const waited = after.waited - before.waited;
        if (elapsedMs < SHORTEST_MS || elapsedMs > LONGEST_MS || waited < 0 || after.ran < before.ran)
            return null;
        return Math.min(1, waited / (elapsedMs * NS_PER_MS));
    }

    async #look(): Promise<(ThreadReading & SampleTime) | null> {
        const pid = await this.#process();
        if (pid === null) return null;
        // The first thread, of the same number, is the one of QEMU's main loop.
        const reading = threadReadingOf(readShort(`${this.root.proc}/${pid}/task/${pid}/schedstat`) ?? '');
        if (reading === null) this.#pid = null;
        return reading && {...reading, awakeMs: this.clock.awakeMs(), passedMs: this.clock.passedMs()};
    }

    async #process(): Promise<number | null> {
        const {machine, root} = this;
        if (!machine.active || !machine.host.driver.uri.startsWith('qemu:')) {
            this.#pid = null;
            return null;
        }
        if (this.#pid !== null) return this.#pid;
        const now = this.clock.awakeMs();
        if (now - this.#soughtMs < LOOK_AGAIN_MS || machine.uuid === '') return null;
        this.#soughtMs = now;
        const {proc} = root;
        const found = await findQemuProcess({proc, pidFiles: this.pidFiles}, machine.name, machine.uuid);
        if (found.known) this.#pid = found.value?.pid ?? null;
        return this.#pid;
    }
}

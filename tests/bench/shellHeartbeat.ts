// SPDX-License-Identifier: GPL-3.0-or-later
import type {HeadlessShell} from '../harness/headlessShell.js';
import {pause, waitFor} from '../harness/deadline.js';

/** Twice what it takes, and more. */
const COLLECTED_WITHIN_MS = 25_000;

/**
 * A timer inside the Shell that is due every millisecond and comes before all other work: how late it is tells how
 * long the main loop was held up, whether by JavaScript, by painting or by the collector. What the Shell spent
 * waiting for a processor that another program had (the kernel counts it) is taken off: it is not the Shell's doing.
 */
export class ShellHeartbeat {
    readonly #shell: HeadlessShell;

    private constructor(shell: HeadlessShell) {
        this.#shell = shell;
    }

    static async start(shell: HeadlessShell): Promise<ShellHeartbeat> {
        await shell.eval(`(() => {
            const decoder = new TextDecoder();
            const schedule = Gio.File.new_for_path('/proc/self/schedstat');
            // Time on a processor, time waiting for one, in nanoseconds; of the first thread, which has the main loop.
            const waited = () => Number(decoder.decode(schedule.load_contents(null)[1]).split(' ')[1]) / 1000;
            const beat = globalThis.handoverBeat = {worst: 0, last: GLib.get_monotonic_time(), waited: waited()};
            beat.id = GLib.timeout_add(GLib.PRIORITY_HIGH, 1, () => {
                const now = GLib.get_monotonic_time();
                const wait = waited();
                beat.worst = Math.max(beat.worst, now - beat.last - 1000 - (wait - beat.waited));
                beat.last = now;
                beat.waited = wait;
                return GLib.SOURCE_CONTINUE;
            });
        })()`);
        return new ShellHeartbeat(shell);
    }

    /**
     * Lets something happen, and the Shell come to rest after it.
     *
     * @param restMs how long what it set off may take
     * @returns the longest block of the main loop in that time, in milliseconds
     */
    async during(task: () => Promise<unknown>, restMs: number): Promise<number> {
        // What is garbage by now must not be collected in the middle of what is measured.
        await this.#shell.eval(`import('system').then(({default: System}) => System.gc())`);
        await pause(300);
        await this.#shell.eval('globalThis.handoverBeat.worst = 0');
        await task();
        await pause(restMs);
        return await this.#worst();
    }

    async #worst(): Promise<number> {
        return (await this.#shell.eval<number>('globalThis.handoverBeat.worst')) / 1000;
    }

    /**
     * Waits until GJS has collected garbage by itself. It does so ten seconds after it has let go of an object, also
     * when it was told to collect in between, and goes through all that the Shell has; so the next time is ten
     * seconds away now, and what is measured is not charged with what the Shell let go of before.
     *
     * @returns how long that blocked the main loop, in milliseconds
     * @throws {DeadlineError} when none came
     */
    async collected(): Promise<number> {
        const gone = (): Promise<boolean> =>
            this.#shell.eval('globalThis.handoverGarbage.deref() === undefined');
        await this.#shell.eval(`import('system').then(({default: System}) => {
            // What is new could go in a small collection, what has outlived one does in a whole one only.
            let garbage = {};
            globalThis.handoverGarbage = new WeakRef(garbage);
            System.gc();
            garbage = null;
            globalThis.handoverBeat.worst = 0;
        })`);
        await waitFor('collection of garbage', gone, {within: COLLECTED_WITHIN_MS, every: 100});
        return await this.#worst();
    }

    async stop(): Promise<void> {
        await this.#shell.eval('GLib.source_remove(globalThis.handoverBeat.id)');
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';

/** Counts the calls that go to some names on the session bus, by listening as a monitor. */
export class BusTraffic {
    readonly #monitor: RunningProgram;

    private constructor(monitor: RunningProgram) {
        this.#monitor = monitor;
    }

    /** @param names bus names, well-known or unique, to which calls are counted */
    static async to(names: readonly string[]): Promise<BusTraffic> {
        const rules = names.map(name => `destination='${name}'`);
        const monitor = new RunningProgram(['dbus-monitor', '--session', '--profile', ...rules]);
        // It gives its own name up when it has become a monitor.
        await waitFor('dbus-monitor', () => monitor.log().includes('NameLost'));
        return new BusTraffic(monitor);
    }

    /** @returns how many calls have gone there so far */
    calls(): number {
        return this.#monitor
            .log()
            .split('\n')
            .filter(line => line.startsWith('mc\t')).length;
    }

    async stop(): Promise<void> {
        await this.#monitor.stop();
    }
}

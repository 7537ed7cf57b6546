// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {callBus} from '../harness/bus.js';
import {pause, waitFor} from '../harness/deadline.js';
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

    /** To the libvirt-dbus of this run, which must be there already. */
    static async toLibvirt(): Promise<BusTraffic> {
        const bus = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'] as const;
        const [owner] = await callBus(bus, 'GetNameOwner', new GLib.Variant('(s)', ['org.libvirt']));
        return BusTraffic.to(['org.libvirt', owner as string]);
    }

    /** @returns how many calls have gone there so far */
    calls(): number {
        return this.members().length;
    }

    /** @returns the methods that were called so far, in the order of the calls */
    members(): string[] {
        return this.#monitor
            .log()
            .split('\n')
            .filter(line => line.startsWith('mc\t'))
            .map(line => line.split('\t').at(-1)!.trim());
    }

    /** Resolves when what was asked has been answered, and what a change led to has come to rest. */
    async quiet(): Promise<void> {
        let before = -1;
        await waitFor(
            'the bus to be quiet',
            async () => {
                const now = this.calls();
                const still = now === before;
                before = now;
                if (!still) await pause(1500);
                return still;
            },
            {within: 20_000},
        );
    }

    async stop(): Promise<void> {
        await this.#monitor.stop();
    }
}

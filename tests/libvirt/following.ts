// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {HostList} from '../../shared/hosts/hostList.js';
import type {Happening} from '../../shared/machines/happening.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {MachineAction} from '../../shared/machines/actions.js';
import {type Deadline, waitFor} from '../harness/deadline.js';

/** Follows hosts as a face does, and writes down what it is told. */
export class Following {
    readonly hosts = new HostList();
    /** `NAME KIND`, in the order in which it happened. */
    readonly happenings: string[] = [];
    /** Each state that each host went through. */
    readonly hostStates: string[] = [];

    constructor(ids: readonly string[]) {
        this.hosts.connect('happened', (_hosts: HostList, machine: Machine, happening: Happening) => {
            this.happenings.push(`${machine.name} ${happening.kind}`);
        });
        this.hosts.setHosts(ids);
        for (const {host} of this.hosts.lists)
            host.connect('notify::state', () => this.hostStates.push(host.state));
    }

    /** Follows hosts and waits until each has answered. */
    static async start(...ids: string[]): Promise<Following> {
        const following = new Following(ids);
        for (const list of following.hosts.lists) await list.host.whenReady();
        return following;
    }

    /** @param key `HOST/NAME`  @throws when there is none */
    machine(key: string): Machine {
        const machine = this.hosts.byKey(key);
        if (!machine) throw new Error(`There is no ${key}`);
        return machine;
    }

    /** Waits until a machine is there and, when one is given, in a state. */
    async reaches(key: string, state?: string, deadline: Deadline = {}): Promise<Machine> {
        return await waitFor(
            `${key} ${state ?? 'being there'}`,
            () => {
                const machine = this.hosts.byKey(key);
                return machine && (state === undefined || machine.state === state) ? machine : null;
            },
            {every: 5, ...deadline},
        );
    }

    /** Waits until a machine is no more. */
    async loses(key: string, deadline: Deadline = {}): Promise<void> {
        await waitFor(`${key} gone`, () => this.hosts.byKey(key) === undefined, {every: 5, ...deadline});
    }

    /** Waits until a host is in a state. */
    async hostReaches(id: string, state: string, deadline: Deadline = {}): Promise<void> {
        const {host} = this.hosts.byId(id)!;
        await waitFor(`host ${id} ${state}`, () => host.state === state, {every: 5, ...deadline});
    }

    /** Does an action to its end. @throws what it failed with */
    async run(key: string, action: MachineAction, deadlineMs?: number): Promise<void> {
        await this.machine(key)
            .run(action, deadlineMs === undefined ? {} : {deadlineMs})
            .finished();
    }

    /** Takes what has happened so far to one machine, and forgets it. */
    take(name: string): string[] {
        const mine = this.happenings.filter(one => one.startsWith(`${name} `));
        const others = this.happenings.filter(one => !one.startsWith(`${name} `));
        this.happenings.splice(0, Infinity, ...others);
        return mine.map(one => one.slice(name.length + 1));
    }

    close(): void {
        this.hosts.close();
    }
}

/** Beats while it runs, and measures the longest time in which the main loop did not come round. */
export class Heartbeat {
    #last = GLib.get_monotonic_time();
    #worst = 0;
    readonly #source = GLib.timeout_add(GLib.PRIORITY_HIGH, 1, () => {
        const now = GLib.get_monotonic_time();
        this.#worst = Math.max(this.#worst, now - this.#last);
        this.#last = now;
        this.beat?.();
        return GLib.SOURCE_CONTINUE;
    });

    constructor(private readonly beat?: () => void) {}

    /** Ends it. @returns the longest gap in milliseconds */
    stop(): number {
        GLib.Source.remove(this.#source);
        return this.#worst / 1000;
    }
}

/** Counts what this process calls on libvirt-dbus, by method. */
export class CallCount {
    readonly calls: string[] = [];
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back as it was
    readonly #original = Gio.DBusConnection.prototype.call;

    constructor() {
        const {calls} = this;
        const original = this.#original as (...args: unknown[]) => void;
        const counting = function (this: Gio.DBusConnection, ...args: unknown[]): void {
            if (args[0] === 'org.libvirt') calls.push(String(args[3]));
            original.apply(this, args);
        };
        Gio.DBusConnection.prototype.call = counting as typeof Gio.DBusConnection.prototype.call;
    }

    stop(): string[] {
        Gio.DBusConnection.prototype.call = this.#original;
        return this.calls;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {HandoverError} from '../platform/errors.js';
import type {Followed} from './followed.js';
import type {Claim} from './owner.js';

/** What is asked of a machine; `Machine` is one. */
export interface ClaimingMachine {
    readonly key: string;
    readonly name: string;
    readonly active: boolean;
    readonly definition: {readonly pciAddresses: readonly string[]} | null;
    loadDetails(): Promise<void>;
    connect(signal: 'notify::details-loaded', callback: () => void): number;
    disconnect(id: number): void;
}

/** What is asked of the hosts; `HostList` is one. */
export interface ClaimingHosts {
    readonly machines: readonly ClaimingMachine[];
    connect(signal: 'changed', callback: () => void): number;
    disconnect(id: number): void;
}

/**
 * Which machines have which host PCI devices, from the definitions of the running ones: one XML each, read when it
 * starts. Those of the others are read when somebody wants to know who else asks for a card.
 */
export class MachineClaims implements Followed<Claim> {
    readonly #followed = new Map<ClaimingMachine, number>();
    readonly #listeners = new Set<() => void>();
    readonly #hostsChanged: number;
    #current: readonly Claim[] = [];
    #all = false;
    #idle = 0;

    constructor(private readonly hosts: ClaimingHosts) {
        this.#hostsChanged = hosts.connect('changed', () => this.#schedule());
        this.#look();
    }

    get current(): readonly Claim[] {
        return this.#current;
    }

    follow(changed: () => void): () => void {
        this.#listeners.add(changed);
        return () => this.#listeners.delete(changed);
    }

    /** Reads the definitions of machines that are off, too, and keeps to it. */
    async includeStopped(): Promise<void> {
        this.#all = true;
        await Promise.all(this.hosts.machines.map(load));
        this.#look();
    }

    /** Resolves when the definitions of the machines that matter now have been read, or could not be. */
    async whenRead(): Promise<void> {
        // A change that has come is not to wait for its turn.
        this.#look();
        await Promise.all([...this.#followed.keys()].map(load));
        this.#look();
    }

    close(): void {
        this.hosts.disconnect(this.#hostsChanged);
        this.#unschedule();
        for (const machine of [...this.#followed.keys()]) this.#unfollow(machine);
        this.#listeners.clear();
    }

    /** To look at a thousand machines once for each of a thousand events would take seconds: once for all will do. */
    #schedule(): void {
        this.#idle ||= GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => {
            this.#idle = 0;
            this.#look();
            return GLib.SOURCE_REMOVE;
        });
    }

    #unschedule(): void {
        if (this.#idle) GLib.Source.remove(this.#idle);
        this.#idle = 0;
    }

    #look(): void {
        this.#unschedule();
        const wanted = new Set(this.hosts.machines.filter(machine => machine.active || this.#all));
        for (const machine of [...this.#followed.keys()]) if (!wanted.has(machine)) this.#unfollow(machine);
        for (const machine of wanted) this.#follow(machine);
        const claims = [...wanted].flatMap(claimOf);
        if (JSON.stringify(claims) === JSON.stringify(this.#current)) return;
        this.#current = claims;
        for (const listener of this.#listeners) listener();
    }

    #follow(machine: ClaimingMachine): void {
        if (this.#followed.has(machine)) return;
        this.#followed.set(
            machine,
            machine.connect('notify::details-loaded', () => this.#schedule()),
        );
        void load(machine);
    }

    #unfollow(machine: ClaimingMachine): void {
        machine.disconnect(this.#followed.get(machine)!);
        this.#followed.delete(machine);
    }
}

function claimOf(machine: ClaimingMachine): Claim[] {
    const addresses = machine.definition?.pciAddresses ?? [];
    return addresses.length === 0
        ? []
        : [{machine: machine.key, name: machine.name, running: machine.active, addresses}];
}

async function load(machine: ClaimingMachine): Promise<void> {
    try {
        await machine.loadDetails();
    } catch (error) {
        // A machine that cannot be read claims nothing that we know of; the next event of its reads it again.
        if (!(error instanceof HandoverError)) throw error;
    }
}

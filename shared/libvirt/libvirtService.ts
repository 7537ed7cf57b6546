// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';
import type GLib from 'gi://GLib';

import {Bus, type BusKind, type BusSignal} from '../platform/bus.js';
import {Limiter} from '../platform/limiter.js';
import type {Gives, InterfaceTable, MethodOf, Takes} from '../platform/signature.js';
import {fromBusError, NoBusError} from './libvirtErrors.js';

const SERVICE_NAME = 'org.libvirt';

/**
 * How long a call may take, in milliseconds.
 *
 * A query is answered from libvirt's memory. A command talks to a guest's monitor, and libvirt itself waits 30 s
 * for the machine's job lock. A start allocates and pins memory; a save writes all of it to a disk.
 */
export const CallKind = {
    query: 10_000,
    command: 45_000,
    start: 180_000,
    save: 1_800_000,
} as const;
export type CallKind = keyof typeof CallKind;

export interface ServiceFollower {
    /** A signal from an object below the follower's path. */
    signal(signal: BusSignal): void;
    /** libvirt-dbus appeared under a new unique name, or went (null). Called once at the start, too. */
    ownerChanged(owner: string | null): void;
}

interface Attachment {
    readonly path: string;
    readonly follower: ServiceFollower;
}

/**
 * libvirt-dbus on one bus: every call and the only subscription go through here.
 *
 * libvirt-dbus serves all its clients with four worker threads, so commands that can hold one for long never
 * take more than two, and queries never more than three.
 */
export class LibvirtService {
    readonly #queries = new Limiter(3);
    readonly #commands = new Limiter(2);
    readonly #attachments = new Set<Attachment>();
    #owner: string | null | undefined;
    #stop: (() => void) | null = null;

    private constructor(readonly bus: Bus) {}

    /** @throws NoBusError when there is no such bus */
    static async open(kind: BusKind, cancellable: Gio.Cancellable | null = null): Promise<LibvirtService> {
        let bus;
        try {
            bus = await Bus.open(kind, cancellable);
        } catch (error) {
            throw new NoBusError(`The ${kind} bus cannot be reached`, {cause: error});
        }
        return new LibvirtService(bus);
    }

    /**
     * Calls a method of an object of libvirt's.
     *
     * @param kind decides the time limit and which queue the call waits in
     * @throws one of the classes of `libvirtErrors.ts`
     */
    async call<T extends InterfaceTable, M extends MethodOf<T>>(
        path: string,
        table: T,
        method: M,
        args: Takes<T, M>,
        kind: CallKind,
        cancellable: Gio.Cancellable | null = null,
    ): Promise<Gives<T, M>> {
        return await this.#limited(kind, () =>
            this.bus.call<T, M>({name: SERVICE_NAME, path}, table, method, args, {
                timeoutMs: CallKind[kind],
                cancellable,
            }),
        );
    }

    /** Calls a method and waits as long as libvirt-dbus lives; for finding out that a stalled one goes on. */
    async callPatiently<T extends InterfaceTable, M extends MethodOf<T>>(
        path: string,
        table: T,
        method: M,
        args: Takes<T, M>,
        timeoutMs: number,
        cancellable: Gio.Cancellable,
    ): Promise<Gives<T, M>> {
        try {
            return await this.bus.call<T, M>({name: SERVICE_NAME, path}, table, method, args, {
                timeoutMs,
                cancellable,
            });
        } catch (error) {
            throw fromBusError(error);
        }
    }

    /** Reads a property. @throws one of the classes of `libvirtErrors.ts` */
    async getProperty(path: string, interfaceName: string, property: string): Promise<unknown> {
        return await this.#limited('query', () =>
            this.bus.getProperty({name: SERVICE_NAME, path}, interfaceName, property, {
                timeoutMs: CallKind.query,
            }),
        );
    }

    /** Reads all properties; those that libvirt cannot give are missing. */
    async getAllProperties(path: string, interfaceName: string): Promise<Record<string, unknown>> {
        return await this.#limited('query', () =>
            this.bus.getAllProperties({name: SERVICE_NAME, path}, interfaceName, {timeoutMs: CallKind.query}),
        );
    }

    /** Writes a property. */
    async setProperty(
        path: string,
        interfaceName: string,
        property: string,
        value: GLib.Variant,
    ): Promise<void> {
        await this.#limited('command', () =>
            this.bus.setProperty({name: SERVICE_NAME, path}, interfaceName, property, value, {
                timeoutMs: CallKind.command,
            }),
        );
    }

    /**
     * Hands a follower every signal from objects at or below `path`.
     *
     * @returns a function that ends it; the bus is left alone when the last one has gone
     */
    attach(path: string, follower: ServiceFollower): () => void {
        const attachment = {path, follower};
        this.#attachments.add(attachment);
        if (this.#stop === null) this.#start();
        else if (this.#owner !== undefined) follower.ownerChanged(this.#owner);
        return () => {
            this.#attachments.delete(attachment);
            if (this.#attachments.size === 0) this.#end();
        };
    }

    #start(): void {
        const unsubscribe = this.bus.subscribe(SERVICE_NAME, signal => this.#dispatch(signal));
        const unwatch = this.bus.watchName(
            SERVICE_NAME,
            owner => this.#setOwner(owner),
            () => this.#setOwner(null),
        );
        this.#stop = () => {
            unsubscribe();
            unwatch();
        };
    }

    #end(): void {
        this.#stop?.();
        this.#stop = null;
        this.#owner = undefined;
    }

    #dispatch(signal: BusSignal): void {
        for (const {path, follower} of this.#attachments) {
            if (signal.path === path || signal.path.startsWith(`${path}/`)) follower.signal(signal);
        }
    }

    #setOwner(owner: string | null): void {
        this.#owner = owner;
        for (const {follower} of this.#attachments) follower.ownerChanged(owner);
    }

    async #limited<T>(kind: CallKind, task: () => Promise<T>): Promise<T> {
        const limiter = kind === 'query' ? this.#queries : this.#commands;
        try {
            return await limiter.run(task);
        } catch (error) {
            throw fromBusError(error);
        }
    }
}

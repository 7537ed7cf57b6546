// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {Bus, type BusKind, type BusSignal, NO_TIME_LIMIT} from '../platform/bus.js';
import {onCancelled, withDeadline} from '../platform/clock.js';
import {CancelledError} from '../platform/errors.js';
import {Limiter} from '../platform/limiter.js';
import type {Gives, InterfaceTable, MethodOf, Takes} from '../platform/signature.js';
import {BusyError, fromBusError, NoAnswerError, NoBusError} from './libvirtErrors.js';

const SERVICE_NAME = 'org.libvirt';

/**
 * How long a call may take, in milliseconds.
 *
 * A query is answered from libvirt's memory. A command talks to a guest's monitor, and libvirt itself waits 30 s
 * for the machine's job lock. A start allocates and pins memory; a save writes all of it to a disk. A guest's agent
 * that is well answers at once; libvirt waits 5 s for one that is not.
 */
export const CallKind = {
    query: 10_000,
    command: 45_000,
    agent: 2_500,
    start: 180_000,
    save: 1_800_000,
} as const;
export type CallKind = keyof typeof CallKind;

/** How long the bus itself may take to let us in, in milliseconds. */
const OPENING_MS = 10_000;

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
 * libvirt-dbus serves all its clients with four worker threads, and a call that we have given up still holds one.
 * So a call keeps its place here until it is answered, and each kind has few places: two starts and a save at most
 * leave a thread for what is quick.
 */
export class LibvirtService {
    readonly #places: Readonly<Record<CallKind, Limiter>>;
    readonly #attachments = new Set<Attachment>();
    readonly #closed = new Gio.Cancellable();
    #owner: string | null | undefined;
    #stop: (() => void) | null = null;

    private constructor(
        readonly bus: Bus,
        readonly kind: BusKind,
    ) {
        this.#places = {
            query: new Limiter(3),
            command: new Limiter(2),
            agent: new Limiter(2),
            start: new Limiter(2),
            save: new Limiter(1),
        };
    }

    /** @throws NoBusError when there is no such bus */
    static async open(kind: BusKind, cancellable: Gio.Cancellable | null = null): Promise<LibvirtService> {
        let bus;
        try {
            bus = await withDeadline(`the ${kind} bus`, OPENING_MS, Bus.open(kind, cancellable));
        } catch (error) {
            throw new NoBusError(`The ${kind} bus cannot be reached`, {cause: error});
        }
        return new LibvirtService(bus, kind);
    }

    /** Gives up every call that has not been answered; they throw CancelledError. */
    close(): void {
        this.#closed.cancel();
    }

    /**
     * Calls a method of an object of libvirt's.
     *
     * @param kind decides the time limit and which queue the call waits in
     * @throws one of the classes of `libvirtErrors.ts`, or CancelledError
     */
    async call<T extends InterfaceTable, M extends MethodOf<T>>(
        path: string,
        table: T,
        method: M,
        args: Takes<T, M>,
        kind: CallKind,
    ): Promise<Gives<T, M>> {
        const reply = await this.callPacked<T, M>(path, table, method, args, kind);
        return reply.recursiveUnpack() as Gives<T, M>;
    }

    /** Like `call()`, but leaves the reply packed: for those that are large. */
    callPacked<T extends InterfaceTable, M extends MethodOf<T>>(
        path: string,
        table: T,
        method: M,
        args: Takes<T, M>,
        kind: CallKind,
    ): Promise<GLib.Variant> {
        return this.#inPlace(kind, `${method} of ${path}`, () =>
            this.bus.callPacked<T, M>({name: SERVICE_NAME, path}, table, method, args, this.#patiently),
        );
    }

    /** Reads a property. @throws one of the classes of `libvirtErrors.ts` */
    getProperty(path: string, interfaceName: string, property: string): Promise<unknown> {
        return this.#inPlace('query', `${property} of ${path}`, () =>
            this.bus.getProperty({name: SERVICE_NAME, path}, interfaceName, property, this.#patiently),
        );
    }

    /** Reads all properties; those that libvirt cannot give are missing. */
    getAllProperties(path: string, interfaceName: string): Promise<Record<string, unknown>> {
        return this.#inPlace('query', `the properties of ${path}`, () =>
            this.bus.getAllProperties({name: SERVICE_NAME, path}, interfaceName, this.#patiently),
        );
    }

    /** Writes a property. */
    async setProperty(
        path: string,
        interfaceName: string,
        property: string,
        value: GLib.Variant,
    ): Promise<void> {
        await this.#inPlace('command', `${property} of ${path}`, () =>
            this.bus.setProperty({name: SERVICE_NAME, path}, interfaceName, property, value, this.#patiently),
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

    get #patiently(): {timeoutMs: number; cancellable: Gio.Cancellable} {
        return {timeoutMs: NO_TIME_LIMIT, cancellable: this.#closed};
    }

    #start(): void {
        const unsubscribe = this.bus.subscribe(SERVICE_NAME, null, signal => this.#dispatch(signal));
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

    /** Makes a call as soon as there is room; its time counts from then, and waiting for room has the same limit. */
    #inPlace<T>(kind: CallKind, what: string, call: () => Promise<T>): Promise<T> {
        return new Promise((resolve, reject) => {
            if (this.#closed.is_cancelled()) {
                reject(new CancelledError());
                return;
            }
            const limit = CallKind[kind];
            let waiting = true;
            let timer = after(limit, () => new BusyError(`${what}: no room within ${limit} ms`));
            const settled = this.#places[kind].run(async () => {
                // Nobody waits any more for what comes to its turn too late, so it must not be done either.
                if (!waiting) return;
                GLib.Source.remove(timer);
                timer = after(limit, () => {
                    const restartHelps = this.kind === 'system' && kind === 'query';
                    return new NoAnswerError(`${what}: no answer within ${limit} ms`, {
                        settled,
                        restartHelps,
                    });
                });
                try {
                    end(resolve, await call());
                } catch (error) {
                    end(reject, fromBusError(error));
                }
            });
            const release = onCancelled(this.#closed, () => end(reject, new CancelledError()));
            function after(milliseconds: number, error: () => Error): number {
                return GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
                    end(reject, error(), false);
                    return GLib.SOURCE_REMOVE;
                });
            }
            function end<V>(pass: (value: V) => void, value: V, removeTimer = true): void {
                if (!waiting) return;
                waiting = false;
                if (removeTimer) GLib.Source.remove(timer);
                release();
                pass(value);
            }
        });
    }
}

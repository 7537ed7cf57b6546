// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {CancelledError} from './errors.js';
import type {Gives, InterfaceTable, MethodOf, Takes} from './signature.js';

/** A call without a time limit of ours: GDBus takes G_MAXINT for "wait as long as the peer lives". */
export const NO_TIME_LIMIT = 0x7fffffff;

export type BusKind = 'session' | 'system';

export interface Destination {
    /** Well-known name of the service. */
    readonly name: string;
    readonly path: string;
}

export interface CallOptions {
    readonly timeoutMs: number;
    readonly cancellable?: Gio.Cancellable | null;
    /** Whether the service may have polkit ask the person for a password. */
    readonly interactive?: boolean;
    /** Whether the bus starts the service when it does not run; yes unless told. */
    readonly autoStart?: boolean;
}

/** Where a signal came from and what it carries. */
export interface BusSignal {
    readonly path: string;
    readonly interfaceName: string;
    readonly member: string;
    /** The arguments; unpack only what is of interest, since a burst brings thousands. */
    readonly parameters: GLib.Variant;
}

const Properties = {
    name: 'org.freedesktop.DBus.Properties',
    methods: {
        Get: ['ss', 'v'],
        GetAll: ['s', 'a{sv}'],
        Set: ['ssv', ''],
    },
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

const Daemon = {
    name: 'org.freedesktop.DBus',
    methods: {NameHasOwner: ['s', 'b']},
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

/**
 * A connection to a message bus, with calls that are typed by their signatures.
 *
 * Nothing here blocks, and nothing introspects: libvirt-dbus answers an introspection by listing
 * every domain on its main loop.
 */
export class Bus {
    private constructor(readonly connection: Gio.DBusConnection) {
        // By default GDBus ends the process when the session bus goes; a panel must outlive that.
        connection.set_exit_on_close(false);
    }

    /**
     * The shared connection to a bus.
     *
     * @throws GLib.Error when the bus cannot be reached
     */
    static open(kind: BusKind, cancellable: Gio.Cancellable | null = null): Promise<Bus> {
        const type = kind === 'system' ? Gio.BusType.SYSTEM : Gio.BusType.SESSION;
        return new Promise((resolve, reject) => {
            Gio.bus_get(type, cancellable, (_source, result) => {
                settle(resolve, reject, () => new Bus(Gio.bus_get_finish(result)));
            });
        });
    }

    /**
     * Calls a method.
     *
     * @param args values in the order of the method's signature
     * @returns the reply's values, recursively unpacked
     * @throws GLib.Error as the peer or GDBus gave it
     * @throws CancelledError when the cancellable was cancelled
     */
    async call<T extends InterfaceTable, M extends MethodOf<T>>(
        to: Destination,
        table: T,
        method: M,
        args: Takes<T, M>,
        options: CallOptions,
    ): Promise<Gives<T, M>> {
        const reply = await this.callPacked<T, M>(to, table, method, args, options);
        return reply.recursiveUnpack() as Gives<T, M>;
    }

    /** Like `call()`, for replies that are too large to be unpacked in one go; the type is checked. */
    callPacked<T extends InterfaceTable, M extends MethodOf<T>>(
        to: Destination,
        table: T,
        method: M,
        args: Takes<T, M>,
        options: CallOptions,
    ): Promise<GLib.Variant> {
        const [takes, gives] = table.methods[method] as readonly [string, string];
        const parameters = takes === '' ? null : new GLib.Variant(`(${takes})`, args as never);
        return this.#send(to, table.name, method, parameters, gives, options);
    }

    /** Reads one property. Its type is the caller's to check: services do not always keep their word. */
    async getProperty(
        to: Destination,
        interfaceName: string,
        property: string,
        options: CallOptions,
    ): Promise<unknown> {
        const [value] = await this.call(to, Properties, 'Get', [interfaceName, property], options);
        return value;
    }

    /** Reads all properties that the peer can give; one that fails is missing. */
    async getAllProperties(
        to: Destination,
        interfaceName: string,
        options: CallOptions,
    ): Promise<Record<string, unknown>> {
        const [all] = await this.call(to, Properties, 'GetAll', [interfaceName], options);
        return all;
    }

    /** Writes one property. */
    async setProperty(
        to: Destination,
        interfaceName: string,
        property: string,
        value: GLib.Variant,
        options: CallOptions,
    ): Promise<void> {
        await this.call(to, Properties, 'Set', [interfaceName, property, value], options);
    }

    /**
     * Follows all signals of one sender, or of one of its objects, with a single match rule.
     *
     * @param path the object; null for all
     * @returns a function that ends it
     */
    subscribe(sender: string, path: string | null, callback: (signal: BusSignal) => void): () => void {
        const id = this.connection.signal_subscribe(
            sender,
            null,
            null,
            path,
            null,
            Gio.DBusSignalFlags.NONE,
            (_connection, _sender, path, interfaceName, member, parameters) => {
                callback({path, interfaceName, member, parameters});
            },
        );
        return () => this.connection.signal_unsubscribe(id);
    }

    /**
     * Follows who owns a name. `appeared` and `vanished` are called once at the start, too.
     *
     * @returns a function that ends it
     */
    watchName(name: string, appeared: (owner: string) => void, vanished: () => void): () => void {
        const id = Gio.bus_watch_name_on_connection(
            this.connection,
            name,
            Gio.BusNameWatcherFlags.NONE,
            (_connection: Gio.DBusConnection, _name: string, owner: string) => appeared(owner),
            () => vanished(),
        );
        return () => Gio.bus_unwatch_name(id);
    }

    /** Whether somebody has a name now; nothing is started by asking. */
    async hasOwner(name: string, options: CallOptions): Promise<boolean> {
        const daemon = {name: Daemon.name, path: '/org/freedesktop/DBus'};
        const [owned] = await this.call(daemon, Daemon, 'NameHasOwner', [name], options);
        return owned;
    }

    #send(
        to: Destination,
        interfaceName: string,
        method: string,
        parameters: GLib.Variant | null,
        gives: string,
        {timeoutMs, cancellable = null, interactive = false, autoStart = true}: CallOptions,
    ): Promise<GLib.Variant> {
        return new Promise((resolve, reject) => {
            this.connection.call(
                to.name,
                to.path,
                interfaceName,
                method,
                parameters,
                new GLib.VariantType(`(${gives})`),
                (interactive ? Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION : 0) |
                    (autoStart ? 0 : Gio.DBusCallFlags.NO_AUTO_START),
                timeoutMs,
                cancellable,
                (connection, result) => {
                    settle(resolve, reject, () => connection!.call_finish(result));
                },
            );
        });
    }
}

function settle<T>(resolve: (value: T) => void, reject: (reason: unknown) => void, finish: () => T): void {
    try {
        resolve(finish());
    } catch (error) {
        reject(isCancelled(error) ? new CancelledError() : error);
    }
}

function isCancelled(error: unknown): boolean {
    return error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
}

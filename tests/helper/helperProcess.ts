// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {Helper, type HandoverOutcome} from '../../shared/gpu/helperInterface.js';
import {HELPER_BUS_NAME, HELPER_PATH} from '../../shared/names.js';
import type {Gives, InterfaceTable, MethodOf, Takes} from '../../shared/platform/signature.js';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {TEST_PATH, TestControl} from './testControl.js';

/** A connection of its own to the private system bus: to the bus, another caller. */
export function connect(): Gio.DBusConnection {
    const connection = Gio.DBusConnection.new_for_address_sync(
        GLib.getenv('DBUS_SYSTEM_BUS_ADDRESS')!,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
        null,
        null,
    );
    connection.set_exit_on_close(false);
    return connection;
}

/** A client of the helper. */
export class Caller {
    readonly connection = connect();
    readonly signals: string[] = [];
    readonly #following: number;

    constructor() {
        this.#following = this.connection.signal_subscribe(
            HELPER_BUS_NAME,
            null,
            null,
            HELPER_PATH,
            null,
            Gio.DBusSignalFlags.NONE,
            (_connection, _sender, _path, _face, member, parameters) => {
                this.signals.push(
                    `${member} ${(parameters.recursiveUnpack() as unknown[]).slice(0, 3).join(' ')}`,
                );
            },
        );
    }

    get name(): string {
        return this.connection.get_unique_name() ?? '';
    }

    /** @throws GLib.Error */
    call<M extends MethodOf<typeof Helper>>(
        method: M,
        args: Takes<typeof Helper, M>,
        {interactive = false, timeoutMs = 10_000} = {},
    ): Promise<Gives<typeof Helper, M>> {
        const reply = this.#send(HELPER_PATH, Helper, method, args, interactive, timeoutMs);
        return reply as Promise<Gives<typeof Helper, M>>;
    }

    control<M extends MethodOf<typeof TestControl>>(
        method: M,
        args: Takes<typeof TestControl, M>,
    ): Promise<Gives<typeof TestControl, M>> {
        const reply = this.#send(TEST_PATH, TestControl, method, args, false, 20_000);
        return reply as Promise<Gives<typeof TestControl, M>>;
    }

    /** The last part of the name of the error that a call ends with; `none` when it ends well. */
    async errorOf(
        method: MethodOf<typeof Helper>,
        args: readonly unknown[],
        {interactive = false} = {},
    ): Promise<string> {
        try {
            await this.#send(HELPER_PATH, Helper, method, args, interactive, 10_000);
            return 'none';
        } catch (error) {
            if (!(error instanceof GLib.Error)) throw error;
            return Gio.DBusError.get_remote_error(error)?.split('.').at(-1) ?? error.message;
        }
    }

    /** How a handover ended. */
    async outcome(method: 'Take' | 'Return', address: string): Promise<HandoverOutcome> {
        const [json] = await this.call(method, [address]);
        return JSON.parse(json) as HandoverOutcome;
    }

    property(name: string): Promise<unknown> {
        const args = new GLib.Variant('(ss)', [HELPER_BUS_NAME, name]);
        return this.#packed(HELPER_PATH, 'org.freedesktop.DBus.Properties', 'Get', args, 0, 20_000).then(
            reply => (reply.recursiveUnpack() as unknown[])[0],
        );
    }

    close(): void {
        this.connection.signal_unsubscribe(this.#following);
        this.connection.close_sync(null);
    }

    async #send(
        path: string,
        table: InterfaceTable,
        method: string,
        args: readonly unknown[],
        interactive: boolean,
        timeoutMs: number,
    ): Promise<unknown> {
        const [takes = ''] = table.methods[method] ?? [];
        const parameters = takes === '' ? null : new GLib.Variant(`(${takes})`, args as never);
        const flags = interactive
            ? Gio.DBusCallFlags.ALLOW_INTERACTIVE_AUTHORIZATION
            : Gio.DBusCallFlags.NONE;
        const reply = await this.#packed(path, table.name, method, parameters, flags, timeoutMs);
        return reply.recursiveUnpack();
    }

    #packed(
        path: string,
        face: string,
        method: string,
        parameters: GLib.Variant | null,
        flags: Gio.DBusCallFlags,
        timeoutMs: number,
    ): Promise<GLib.Variant> {
        return new Promise((resolve, reject) => {
            this.connection.call(
                HELPER_BUS_NAME,
                path,
                face,
                method,
                parameters,
                null,
                flags,
                timeoutMs,
                null,
                (_connection, result) => {
                    try {
                        resolve(this.connection.call_finish(result));
                    } catch (error) {
                        reject(error);
                    }
                },
            );
        });
    }
}

/**
 * Starts a helper and waits until it answers.
 *
 * @param suite the folder below tests/ with the program, since only what is beside a test is built
 */
export async function startHelper(
    program: 'helperOnFakes' | 'realHelper',
    idleMs = 60_000,
    env: Record<string, string> = {},
    suite: 'helper' | 'cli' = 'helper',
): Promise<RunningProgram> {
    const path = `/src/build/tests/${suite}/programs/${program}.js`;
    const helper = new RunningProgram(['gjs', '-m', path, String(idleMs)], {env});
    await waitFor('the helper', () => ownerOf(HELPER_BUS_NAME) || !helper.running);
    if (!helper.running) throw new Error(`The helper has ended: ${helper.log()}`);
    return helper;
}

/** Whether somebody has a name on the system bus. */
export function ownerOf(name: string): boolean {
    const connection = Gio.DBus.system;
    const reply = connection.call_sync(
        'org.freedesktop.DBus',
        '/org/freedesktop/DBus',
        'org.freedesktop.DBus',
        'NameHasOwner',
        new GLib.Variant('(s)', [name]),
        null,
        Gio.DBusCallFlags.NONE,
        5000,
        null,
    );
    return (reply.recursiveUnpack() as [boolean])[0];
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {pause, waitFor} from '../harness/deadline.js';
import {connect} from './helperProcess.js';

const NAME = 'org.freedesktop.login1';
const PATH = '/org/freedesktop/login1';
const MANAGER = 'org.freedesktop.login1.Manager';
const XML = `<node><interface name="${MANAGER}">
  <method name="Suspend"><arg type="b" direction="in"/></method>
  <method name="CanSuspend"><arg type="s" direction="out"/></method>
  <method name="ListInhibitors"><arg type="a(ssssuu)" direction="out"/></method>
  <signal name="PrepareForSleep"><arg type="b"/></signal>
</interface></node>`;

/** A logind that puts nothing to sleep. */
export class FakeLogind {
    can = 'yes';
    /** What, who, why, mode, user, process. */
    readonly inhibitors: [string, string, string, string, number, number][] = [];
    /** What it tells of sleep after it was asked to, each after some milliseconds. */
    onSuspend: readonly (readonly [number, boolean])[] = [];
    refuses = false;
    /** The arguments of each request to sleep. */
    readonly suspended: boolean[] = [];
    readonly told: boolean[] = [];
    #stopped = false;

    private constructor(private readonly connection: Gio.DBusConnection) {}

    static async start(): Promise<FakeLogind> {
        const connection = connect();
        const fake = new FakeLogind(connection);
        connection.register_object(
            PATH,
            Gio.DBusNodeInfo.new_for_xml(XML).lookup_interface(MANAGER)!,
            (
                _bus: Gio.DBusConnection,
                _sender: string | null,
                _path: string,
                _face: string | null,
                method: string,
                args: GLib.Variant,
                invocation: Gio.DBusMethodInvocation,
            ) => fake.#answer(method, args.recursiveUnpack() as unknown[], invocation),
            null,
            null,
        );
        let owned = false;
        Gio.bus_own_name_on_connection(
            connection,
            NAME,
            Gio.BusNameOwnerFlags.NONE,
            () => (owned = true),
            null,
        );
        await waitFor('logind', () => owned);
        return fake;
    }

    stop(): void {
        if (!this.#stopped) this.connection.close_sync(null);
        this.#stopped = true;
    }

    #answer(method: string, args: unknown[], invocation: Gio.DBusMethodInvocation): void {
        if (method === 'CanSuspend') invocation.return_value(new GLib.Variant('(s)', [this.can]));
        else if (method === 'ListInhibitors')
            invocation.return_value(new GLib.Variant('(a(ssssuu))', [this.inhibitors]));
        else if (this.refuses)
            invocation.return_dbus_error('org.freedesktop.login1.OperationInProgress', 'Busy');
        else {
            this.suspended.push(args[0] === true);
            invocation.return_value(null);
            void this.#sleep();
        }
    }

    async #sleep(): Promise<void> {
        for (const [after, before] of this.onSuspend) {
            await pause(after);
            this.told.push(before);
            this.connection.emit_signal(
                null,
                PATH,
                MANAGER,
                'PrepareForSleep',
                new GLib.Variant('(b)', [before]),
            );
        }
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {pause, waitFor} from '../harness/deadline.js';
import {connect} from './helperProcess.js';

/** What polkit says: yes, no, "ask a person first", "they called it off", nothing at all, or an error. */
export type Verdict = 'yes' | 'no' | 'challenge' | 'dismissed' | 'silence' | 'error';

/** What polkit was asked. */
export interface Check {
    readonly subject: string;
    readonly action: string;
    readonly details: Record<string, string>;
    readonly interactive: boolean;
    readonly id: string;
}

const XML = `<node><interface name="org.freedesktop.PolicyKit1.Authority">
  <method name="CheckAuthorization">
    <arg type="(sa{sv})" direction="in"/><arg type="s" direction="in"/><arg type="a{ss}" direction="in"/>
    <arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="(bba{ss})" direction="out"/>
  </method>
  <method name="CancelCheckAuthorization"><arg type="s" direction="in"/></method>
</interface></node>`;

/** A polkit whose mind a test makes up. */
export class FakePolkit {
    /** By the last part of the action; what has none is a no. */
    verdicts: Record<string, Verdict> = {};
    delayMs = 0;
    readonly checks: Check[] = [];
    readonly cancelled: string[] = [];

    private constructor(private readonly connection: Gio.DBusConnection) {}

    static async start(): Promise<FakePolkit> {
        const connection = connect();
        const fake = new FakePolkit(connection);
        connection.register_object(
            '/org/freedesktop/PolicyKit1/Authority',
            Gio.DBusNodeInfo.new_for_xml(XML).lookup_interface('org.freedesktop.PolicyKit1.Authority')!,
            (
                _bus: Gio.DBusConnection,
                _sender: string | null,
                _path: string,
                _face: string | null,
                method: string,
                args: GLib.Variant,
                invocation: Gio.DBusMethodInvocation,
            ) => {
                void fake.#answer(method, args.recursiveUnpack() as unknown[], invocation);
            },
            null,
            null,
        );
        let owned = false;
        Gio.bus_own_name_on_connection(
            connection,
            'org.freedesktop.PolicyKit1',
            Gio.BusNameOwnerFlags.NONE,
            () => (owned = true),
            null,
        );
        await waitFor('polkit', () => owned);
        return fake;
    }

    /** Everybody may do everything, at once. */
    allow(): void {
        this.checks.length = 0;
        this.cancelled.length = 0;
        this.delayMs = 0;
        this.verdicts = {look: 'yes', 'hand-over': 'yes', 'force-back': 'yes', 'set-up': 'yes'};
    }

    stop(): void {
        this.connection.close_sync(null);
    }

    async #answer(method: string, args: unknown[], invocation: Gio.DBusMethodInvocation): Promise<void> {
        if (method === 'CancelCheckAuthorization') {
            this.cancelled.push(String(args[0]));
            invocation.return_value(null);
            return;
        }
        const [[kind, subject], action, details, flags, id] = args as [
            [string, {name: string}],
            string,
            Record<string, string>,
            number,
            string,
        ];
        this.checks.push({subject: `${kind} ${subject.name}`, action, details, interactive: flags === 1, id});
        const verdict = this.verdicts[action.split('.').at(-1) ?? ''] ?? 'no';
        if (this.delayMs > 0) await pause(this.delayMs);
        if (verdict === 'silence') return;
        if (verdict === 'error')
            invocation.return_dbus_error('org.freedesktop.PolicyKit1.Error.Failed', 'No session');
        else
            invocation.return_value(
                new GLib.Variant('((bba{ss}))', [
                    [
                        verdict === 'yes',
                        verdict === 'challenge',
                        verdict === 'dismissed' ? {'polkit.dismissed': 'true'} : {},
                    ],
                ]),
            );
    }
}

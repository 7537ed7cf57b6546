// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {messageOf} from '../shared/platform/errors.js';
import type {Gives, InterfaceTable, MethodOf, Takes, Values} from '../shared/platform/signature.js';
import {HelperError} from './helperError.js';

/** Who calls, as the bus says; nothing of it is the caller's own word. */
export interface Call {
    /** The caller's unique name. */
    readonly sender: string;
    /** Whether the caller lets polkit ask the person. */
    readonly interactive: boolean;
}

export type Handlers<T extends InterfaceTable> = {
    readonly [M in MethodOf<T>]: (args: Takes<T, M>, call: Call) => Promise<Gives<T, M>>;
};
export type Readers<T extends InterfaceTable> = {
    readonly [P in keyof T['properties'] & string]: () => Values<T['properties'][P]>[0];
};

/** An interface table that answers on a bus. */
export class ExportedInterface<T extends InterfaceTable> {
    readonly #id: number;

    /**
     * @param called tells of each call before it is handled, and gives what to do when it has been answered
     */
    constructor(
        private readonly connection: Gio.DBusConnection,
        private readonly path: string,
        private readonly table: T,
        private readonly handlers: Handlers<T>,
        private readonly readers: Readers<T>,
        private readonly called: () => () => void,
    ) {
        const info = Gio.DBusNodeInfo.new_for_xml(introspectionXml(table)).lookup_interface(table.name);
        if (!info) throw new TypeError(`No interface ${table.name}`);
        const onCall = (
            _connection: Gio.DBusConnection,
            sender: string | null,
            _path: string,
            _interface: string | null,
            method: string,
            parameters: GLib.Variant,
            invocation: Gio.DBusMethodInvocation,
        ): void => void this.#answer(sender ?? '', method, parameters, invocation);
        const onRead = (
            _connection: Gio.DBusConnection,
            _sender: string | null,
            _path: string,
            _interface: string,
            property: string,
        ): GLib.Variant => this.#read(property);
        this.#id = connection.register_object(path, info, onCall, onRead, null);
    }

    /** Sends a signal to everybody. */
    emit<S extends keyof T['signals'] & string>(signal: S, args: Values<T['signals'][S]>): void {
        if (this.connection.is_closed()) return;
        const parameters = new GLib.Variant(`(${this.table.signals[signal]})`, args as never);
        this.connection.emit_signal(null, this.path, this.table.name, signal, parameters);
    }

    /** Tells everybody that a property has another value. */
    changed<P extends keyof T['properties'] & string>(property: P): void {
        if (this.connection.is_closed()) return;
        const value = this.#read(property);
        this.connection.emit_signal(
            null,
            this.path,
            'org.freedesktop.DBus.Properties',
            'PropertiesChanged',
            new GLib.Variant('(sa{sv}as)', [this.table.name, {[property]: value}, []]),
        );
    }

    close(): void {
        this.connection.unregister_object(this.#id);
    }

    /** GDBus asks for none that the table has not. */
    #read(property: keyof T['properties'] & string): GLib.Variant {
        const type = this.table.properties[property] ?? 's';
        const value: unknown = this.readers[property]();
        return new GLib.Variant(type, value);
    }

    async #answer(
        sender: string,
        method: MethodOf<T>,
        parameters: GLib.Variant,
        invocation: Gio.DBusMethodInvocation,
    ): Promise<void> {
        const answered = this.called();
        try {
            const flags = invocation.get_message().get_flags();
            const interactive = (flags & Gio.DBusMessageFlags.ALLOW_INTERACTIVE_AUTHORIZATION) !== 0;
            const args = parameters.recursiveUnpack() as Takes<T, typeof method>;
            const values = await this.handlers[method](args, {sender, interactive});
            const [, gives] = this.table.methods[method] as readonly [string, string];
            invocation.return_value(gives === '' ? null : new GLib.Variant(`(${gives})`, values as never));
        } catch (error) {
            const known = error instanceof HelperError;
            if (!known) console.error(error);
            const name = known ? error.errorName : 'Failed';
            // A message travels as UTF-8 without zero bytes, or GDBus sends nothing at all.
            invocation.return_dbus_error(
                `${this.table.name}.Error.${name}`,
                messageOf(error).replaceAll('\0', ''),
            );
        } finally {
            answered();
        }
    }
}

/** The table as D-Bus introspection data. */
export function introspectionXml({name, methods, properties, signals}: InterfaceTable): string {
    const args = (signature: string, direction: string): string =>
        typesIn(signature)
            .map(type => `<arg type="${type}"${direction}/>`)
            .join('');
    const parts = [
        ...Object.entries(methods).map(
            ([method, [takes, gives]]) =>
                `<method name="${method}">${args(takes, ' direction="in"')}${args(gives, ' direction="out"')}</method>`,
        ),
        ...Object.entries(properties).map(
            ([property, type]) => `<property name="${property}" type="${type}" access="read"/>`,
        ),
        ...Object.entries(signals).map(
            ([signal, carries]) => `<signal name="${signal}">${args(carries, '')}</signal>`,
        ),
    ];
    return `<node><interface name="${name}">${parts.join('')}</interface></node>`;
}

/** The complete types of a signature: `sa{sv}` → `s`, `a{sv}`. */
export function typesIn(signature: string): string[] {
    const types: string[] = [];
    let type = '';
    let depth = 0;
    for (const letter of signature) {
        type += letter;
        if (letter === '(' || letter === '{') depth++;
        if (letter === ')' || letter === '}') depth--;
        if (depth > 0 || letter === 'a') continue;
        types.push(type);
        type = '';
    }
    return types;
}

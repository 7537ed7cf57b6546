// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';

const INTERFACES = `<node>
  <interface name="org.libvirt.Connect">
    <method name="GetAllDomainStats"><arg type="u" direction="in"/><arg type="u" direction="in"/><arg type="a(sa{sv})" direction="out"/></method>
    <method name="ListDomains"><arg type="u" direction="in"/><arg type="ao" direction="out"/></method>
    <method name="ListNodeDevices"><arg type="u" direction="in"/><arg type="ao" direction="out"/></method>
    <method name="DomainDefineXML"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
    <method name="DomainLookupByName"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  </interface>
  <interface name="org.libvirt.Domain">
    ${['Create', 'Shutdown', 'Reboot', 'Reset', 'Destroy', 'ManagedSave', 'PMWakeup']
        .map(name => `<method name="${name}"><arg type="u" direction="in"/></method>`)
        .join('')}
    ${['AttachDevice', 'DetachDevice']
        .map(
            name =>
                `<method name="${name}"><arg type="s" direction="in"/><arg type="u" direction="in"/></method>`,
        )
        .join('')}
    <method name="Suspend"/><method name="Resume"/><method name="AbortJob"/>
    <method name="GetState"><arg type="u" direction="in"/><arg type="(ii)" direction="out"/></method>
    <method name="GetXMLDesc"><arg type="u" direction="in"/><arg type="s" direction="out"/></method>
  </interface>
  <interface name="org.libvirt.NodeDevice">
    <method name="GetXMLDesc"><arg type="u" direction="in"/><arg type="s" direction="out"/></method>
  </interface>
  <interface name="org.freedesktop.DBus.Properties">
    <method name="Get"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/></method>
    <method name="GetAll"><arg type="s" direction="in"/><arg type="a{sv}" direction="out"/></method>
  </interface>
</node>`;

/** How the fake answers: a variant, whatever the interface says, an error, or nothing at all. */
export type Answer = GLib.Variant | Error | 'silence';
export type Answering = (args: unknown[], path: string) => Answer | Promise<Answer>;

const DRIVER = '/org/libvirt/Test';

/** `GetAllDomainStats` of machines in a state (5: off, 1: running). */
export function stats(machines: Record<string, number>): GLib.Variant {
    const twice = (value: number): GLib.Variant => new GLib.Variant('v', new GLib.Variant('i', value));
    return new GLib.Variant('(a(sa{sv}))', [
        Object.entries(machines).map(([name, state]): [string, Record<string, GLib.Variant>] => [
            name,
            {'state.state': twice(state), 'state.reason': twice(0)},
        ]),
    ]);
}

/** An `org.libvirt` that does what no real one can be made to do. */
export class FakeLibvirt {
    /** Methods and properties by name; what has none is refused as libvirt refuses. */
    readonly answers: Record<string, Answering> = {};
    /** What was called, in order. */
    readonly calls: string[] = [];
    /** Answers that are held back until `release()`. */
    readonly #held: (() => void)[] = [];
    #owner = 0;

    private constructor(readonly connection: Gio.DBusConnection) {}

    /** Takes the name on the session bus. Machines of a name have the path `…/domain/NAME`. */
    static async start(machines: Record<string, number>): Promise<FakeLibvirt> {
        const connection = Gio.DBusConnection.new_for_address_sync(
            GLib.getenv('DBUS_SESSION_BUS_ADDRESS')!,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            null,
            null,
        );
        connection.set_exit_on_close(false);
        const fake = new FakeLibvirt(connection);
        fake.answers['GetAllDomainStats'] = () => stats(machines);
        fake.answers['DomainLookupByName'] = ([name]) =>
            new GLib.Variant('(o)', [`${DRIVER}/domain/${String(name)}`]);
        fake.answers['Name'] = (_args, path) =>
            new GLib.Variant('(v)', [new GLib.Variant('s', path.split('/').at(-1)!)]);
        fake.answers['Persistent'] = () => new GLib.Variant('(v)', [new GLib.Variant('b', true)]);
        fake.answers['GetAll'] = () => new GLib.Variant('(a{sv})', [{}]);
        fake.answers['GetXMLDesc'] = (_args, path) =>
            new GLib.Variant('(s)', [
                `<domain type='test'><name>${path.split('/').at(-1)!}</name><memory>8192</memory></domain>`,
            ]);
        fake.serve(DRIVER);
        for (const name of Object.keys(machines)) fake.serve(`${DRIVER}/domain/${name}`);
        let owned = false;
        fake.#owner = Gio.bus_own_name_on_connection(
            connection,
            'org.libvirt',
            Gio.BusNameOwnerFlags.REPLACE | Gio.BusNameOwnerFlags.ALLOW_REPLACEMENT,
            () => (owned = true),
            null,
        );
        await waitFor('the name org.libvirt', () => owned);
        return fake;
    }

    /** Answers at a path, as a connection, a domain and a device of the host in one. */
    serve(path: string): void {
        const node = Gio.DBusNodeInfo.new_for_xml(INTERFACES);
        for (const face of [
            'org.libvirt.Connect',
            'org.libvirt.Domain',
            'org.libvirt.NodeDevice',
            'org.freedesktop.DBus.Properties',
        ]) {
            this.connection.register_object(
                path,
                node.lookup_interface(face)!,
                (
                    _bus: Gio.DBusConnection,
                    _sender: string,
                    at: string,
                    _face: string,
                    method: string,
                    args: GLib.Variant,
                    invocation: Gio.DBusMethodInvocation,
                ) => {
                    const unpacked = args.recursiveUnpack() as unknown[];
                    const what = method === 'Get' ? String(unpacked[1]) : method;
                    this.calls.push(what);
                    void this.#answer(what, unpacked, at, invocation);
                },
                null,
                null,
            );
        }
    }

    /** Makes an answer wait until `release()`. */
    held(answer: Answering): Answering {
        return async (args, path) => {
            await new Promise<void>(resolve => this.#held.push(resolve));
            return await answer(args, path);
        };
    }

    release(): void {
        for (const release of this.#held.splice(0)) release();
    }

    /** Sends a lifecycle event. @param name the last part of the domain's path */
    event(name: string, event: number, detail = 0): void {
        const args = new GLib.Variant('(oii)', [`${DRIVER}/domain/${name}`, event, detail]);
        this.signal(DRIVER, 'org.libvirt.Connect', 'DomainEvent', args);
    }

    signal(path: string, face: string, member: string, args: GLib.Variant | null): void {
        this.connection.emit_signal(null, path, face, member, args);
    }

    /** Goes away without a word. */
    async die(): Promise<void> {
        if (this.connection.is_closed()) return;
        Gio.bus_unown_name(this.#owner);
        await new Promise<void>(resolve => {
            this.connection.close(null, () => resolve());
        });
    }

    async #answer(
        what: string,
        args: unknown[],
        path: string,
        invocation: Gio.DBusMethodInvocation,
    ): Promise<void> {
        const answering = this.answers[what] ?? (() => new Error(`this function is not supported: ${what}`));
        const answer = await answering(args, path);
        if (answer === 'silence' || this.connection.is_closed()) return;
        const question = invocation.get_message();
        // Not by the invocation: it would not let a wrong type pass.
        const message =
            answer instanceof Error
                ? question.new_method_error_literal('org.libvirt.Error', answer.message)
                : question.new_method_reply();
        if (answer instanceof GLib.Variant) message.set_body(answer);
        this.connection.send_message(message, Gio.DBusSendMessageFlags.NONE);
    }
}

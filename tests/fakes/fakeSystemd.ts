// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {callBus} from '../harness/bus.js';
import {waitFor} from '../harness/deadline.js';

const INTERFACE = `<node><interface name="org.freedesktop.systemd1.Manager">
  <method name="StartTransientUnit">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a(sv)" direction="in"/>
    <arg type="a(sa(sv))" direction="in"/><arg type="o" direction="out"/>
  </method>
  <method name="GetUnit"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <method name="StopUnit">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="o" direction="out"/>
  </method>
  <method name="ListUnitsByPatterns">
    <arg type="as" direction="in"/><arg type="as" direction="in"/><arg type="a(ssssssouso)" direction="out"/>
  </method>
  <signal name="JobRemoved"><arg type="u"/><arg type="o"/><arg type="s"/><arg type="s"/></signal>
</interface></node>`;

const SERVICE = `<node><interface name="org.freedesktop.systemd1.Service">
  <property name="MainPID" type="u" access="read"/>
</interface></node>`;

const NAME = 'org.freedesktop.systemd1';
const BUS = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'] as const;
const PATH = '/org/freedesktop/systemd1';

/** A unit as it was asked for. */
export interface FakeUnit {
    state: string;
    readonly description: string;
    /** As systemd would execute it. */
    readonly argv: readonly string[];
    readonly environment: readonly string[];
    readonly properties: Readonly<Record<string, unknown>>;
    readonly process: Gio.Subprocess | null;
}

/** The systemd of a session, as far as transient services go: it really runs them. */
export class FakeSystemd {
    /** Units that exist, by name. */
    readonly units = new Map<string, FakeUnit>();
    /** Every unit that there was. */
    readonly started: FakeUnit[] = [];
    /** What was asked to stop. */
    readonly stopped: string[] = [];
    /** Says nothing of how a job ended. */
    silent = false;
    readonly #exported = new Map<string, Gio.DBusExportedObject>();
    #jobs = 0;
    #owner = 0;
    readonly #object: Gio.DBusExportedObject;

    private constructor() {
        this.#object = Gio.DBusExportedObject.wrapJSObject(INTERFACE, this);
    }

    /** Takes the name on the session bus. */
    static async start(): Promise<FakeSystemd> {
        const fake = new FakeSystemd();
        fake.#object.export(Gio.DBus.session, PATH);
        let owned = false;
        fake.#owner = Gio.bus_own_name(
            Gio.BusType.SESSION,
            NAME,
            Gio.BusNameOwnerFlags.NONE,
            null,
            () => (owned = true),
            null,
        );
        await waitFor('the name of systemd', () => owned);
        return fake;
    }

    /** Ends everything that it runs, and is gone. */
    async stop(): Promise<void> {
        for (const {process} of this.units.values()) process?.force_exit();
        Gio.bus_unown_name(this.#owner);
        this.#object.unexport();
        for (const object of this.#exported.values()) object.unexport();
        await waitFor('the end of systemd', async () => {
            const [there] = await callBus(BUS, 'NameHasOwner', new GLib.Variant('(s)', [NAME]));
            return !there;
        });
    }

    StartTransientUnitAsync(
        [name, , properties]: [string, string, [string, GLib.Variant][]],
        invocation: Gio.DBusMethodInvocation,
    ): void {
        if (this.units.has(name)) {
            refuse(invocation, 'UnitExists', name);
            return;
        }
        const values = Object.fromEntries(properties.map(([key, value]) => [key, value.recursiveUnpack()]));
        const [[path = '', argv = []] = []] = values['ExecStart'] as [string, string[], boolean][];
        const real = argv.map(expand);
        const environment = (values['Environment'] as string[] | undefined) ?? [];
        let process: Gio.Subprocess | null = null;
        try {
            const launcher = new Gio.SubprocessLauncher({flags: Gio.SubprocessFlags.STDOUT_SILENCE});
            for (const one of environment) {
                const [key = '', ...value] = one.split('=');
                launcher.setenv(key, value.join('='), true);
            }
            process = launcher.spawnv([path, ...real.slice(1)]);
        } catch {
            process = null; // The job tells that it failed.
        }
        const unit: FakeUnit = {
            state: 'active',
            description: String(values['Description']),
            argv: real,
            environment,
            properties: values,
            process,
        };
        this.started.push(unit);
        if (process) {
            this.units.set(name, unit);
            process.wait_async(null, () => {
                if (this.units.get(name) === unit) this.units.delete(name);
            });
        }
        const job = `${PATH}/job/${++this.#jobs}`;
        if (!this.silent) {
            const how = process ? 'done' : 'failed';
            this.#object.emit_signal('JobRemoved', new GLib.Variant('(uoss)', [this.#jobs, job, name, how]));
        }
        invocation.return_value(new GLib.Variant('(o)', [job]));
    }

    StopUnitAsync([name]: [string, string], invocation: Gio.DBusMethodInvocation): void {
        const unit = this.units.get(name);
        if (!unit) {
            refuse(invocation, 'NoSuchUnit', name);
            return;
        }
        this.stopped.push(name);
        unit.state = 'deactivating';
        unit.process?.send_signal(15);
        invocation.return_value(new GLib.Variant('(o)', [`${PATH}/job/${++this.#jobs}`]));
    }

    GetUnitAsync([name]: [string], invocation: Gio.DBusMethodInvocation): void {
        const unit = this.units.get(name);
        if (!unit) {
            refuse(invocation, 'NoSuchUnit', name);
            return;
        }
        const path = `${PATH}/unit/_${this.started.indexOf(unit)}`;
        if (!this.#exported.has(path)) {
            const service = {MainPID: Number(unit.process?.get_identifier() ?? 0)};
            const object = Gio.DBusExportedObject.wrapJSObject(SERVICE, service);
            object.export(Gio.DBus.session, path);
            this.#exported.set(path, object);
        }
        invocation.return_value(new GLib.Variant('(o)', [path]));
    }

    ListUnitsByPatterns(_states: string[], patterns: string[]): unknown[] {
        return [...this.units]
            .filter(([name]) => patterns.some(pattern => matches(pattern, name)))
            .map(([name, {state, description}]) => [
                name,
                description,
                'loaded',
                state,
                'running',
                '',
                '/',
                0,
                '',
                '/',
            ]);
    }
}

function refuse(invocation: Gio.DBusMethodInvocation, kind: string, message: string): void {
    invocation.return_dbus_error(`${NAME}.${kind}`, message);
}

/** What systemd makes of an argument: variables are put in, and `$$` is a dollar. */
function expand(argument: string): string {
    return argument.replace(/\$\$|\$\{?(\w+)\}?/g, (whole, name: string | undefined) =>
        whole === '$$' ? '$' : `expanded ${name ?? ''}`,
    );
}

/** fnmatch(3) with `*` and the backslash. */
function matches(pattern: string, name: string): boolean {
    const expression = pattern.replace(/\\(.)|\*|[.+^$(){}|]/g, (whole, escaped: string | undefined) => {
        if (escaped !== undefined) return `\\x${escaped.charCodeAt(0).toString(16).padStart(2, '0')}`;
        return whole === '*' ? '.*' : `\\${whole}`;
    });
    return new RegExp(`^${expression}$`, 's').test(name);
}

// SPDX-License-Identifier: GPL-3.0-or-later
// Looks at another program's accessibility tree, and costs that program next to nothing.
//
// libatspi is not used: it caches, and a walk through a thousand rows every 10 ms would slow down what is being
// measured. Instead the way to what is looked for is learned once by a full walk (in a run that does not count),
// and each look of a measured run follows that way: one call for each level. Nothing is remembered between looks,
// and no listener is registered, so no program sends events that it would not send without us.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

const ACCESSIBLE = 'org.a11y.atspi.Accessible';
const PROPERTIES = 'org.freedesktop.DBus.Properties';
const ROOT = '/org/a11y/atspi/accessible/root';
const NULL_PATH = '/org/a11y/atspi/null';
/** Children of one parent that a full walk looks at, from each end: enough for a toolbar, not for a list. */
const ENDS = 40;
const DEEPEST = 40;

/** An accessible object: the unique bus name of its program, and its path there. */
export interface Node {
    readonly bus: string;
    readonly path: string;
}

/** The indices of children on the way down from a program's root; -1 is the last child. */
export type Way = readonly number[];

/** A connection to the accessibility bus of the session. */
export class AccessibleTree {
    readonly #bus: Gio.DBusConnection;

    constructor() {
        const [address] = Gio.DBus.session
            .call_sync(
                'org.a11y.Bus',
                '/org/a11y/bus',
                'org.a11y.Bus',
                'GetAddress',
                null,
                null,
                Gio.DBusCallFlags.NONE,
                5000,
                null,
            )
            .deepUnpack() as [string];
        this.#bus = Gio.DBusConnection.new_for_address_sync(
            address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            null,
            null,
        );
    }

    /** @returns the root of the program with this process id, or null while it has not registered */
    program(pid: number): Node | null {
        const registry = {bus: 'org.a11y.atspi.Registry', path: ROOT};
        // The newest program comes last.
        for (let at = this.childCount(registry) - 1; at >= 0; at--) {
            const node = this.child(registry, at);
            if (node !== null && this.#pidOf(node.bus) === pid) return node;
        }
        return null;
    }

    name(node: Node): string {
        return this.#property(node, 'Name') as string;
    }

    childCount(node: Node): number {
        return this.#property(node, 'ChildCount') as number;
    }

    /** @param index from 0; -1 is the last  @returns null when there is no such child */
    child(node: Node, index: number): Node | null {
        const at = index < 0 ? this.childCount(node) + index : index;
        if (at < 0) return null;
        const [[bus, path]] = this.#call(
            node,
            ACCESSIBLE,
            'GetChildAtIndex',
            new GLib.Variant('(i)', [at]),
        ) as [[string, string]];
        return path === NULL_PATH || path === '' ? null : {bus, path};
    }

    /**
     * Looks everywhere for a node whose name holds this text, except into the middle of long lists.
     *
     * @returns the way to it; where it leads through a parent with many children, from that parent's end
     */
    findWay(root: Node, text: string, depth = 0): Way | null {
        if (depth > 0 && this.name(root).includes(text)) return [];
        if (depth > DEEPEST) return null;
        const count = this.childCount(root);
        for (let at = 0; at < count; at++) {
            if (at >= ENDS && at < count - ENDS) continue;
            const child = this.child(root, at);
            if (child === null) continue;
            const rest = this.findWay(child, text, depth + 1);
            if (rest !== null) return [count > ENDS ? at - count : at, ...rest];
        }
        return null;
    }

    /** @returns the node at the end of a way, or null while it does not go that far */
    follow(root: Node, way: Way): Node | null {
        let node: Node | null = root;
        for (const index of way) {
            node = this.child(node, index);
            if (node === null) return null;
        }
        return node;
    }

    #property(node: Node, property: string): unknown {
        const [value] = this.#call(node, PROPERTIES, 'Get', new GLib.Variant('(ss)', [ACCESSIBLE, property]));
        return value;
    }

    #pidOf(bus: string): number {
        const daemon = {bus: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus'};
        const name = new GLib.Variant('(s)', [bus]);
        return this.#call(daemon, 'org.freedesktop.DBus', 'GetConnectionUnixProcessID', name)[0] as number;
    }

    #call({bus, path}: Node, iface: string, method: string, args: GLib.Variant): unknown[] {
        return this.#bus
            .call_sync(bus, path, iface, method, args, null, Gio.DBusCallFlags.NONE, 20_000, null)
            .recursiveUnpack() as unknown[];
    }
}

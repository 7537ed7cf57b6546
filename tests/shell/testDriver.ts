// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {callBus} from '../harness/bus.js';

const CONNECT = ['org.libvirt', '/org/libvirt/Test', 'org.libvirt.Connect'] as const;

/** XML of a machine of the test driver. */
export function machineXml(name: string, {title = '', description = '', devices = ''} = {}): string {
    const escape = (text: string): string => GLib.markup_escape_text(text, -1);
    return `<domain type='test'><name>${escape(name)}</name>
        ${title === '' ? '' : `<title>${escape(title)}</title>`}
        ${description === '' ? '' : `<description>${escape(description)}</description>`}
        <memory unit='MiB'>64</memory><os><type>hvm</type></os>
        <devices>${devices}</devices></domain>`;
}

/** Machines of `test:///default`, which live in libvirt-dbus itself: virsh would see others. */
export class TestDriver {
    /** @returns the object path of a new machine */
    async define(xml: string): Promise<string> {
        const [path] = await callBus(CONNECT, 'DomainDefineXML', new GLib.Variant('(s)', [xml]));
        return path as string;
    }

    /** @returns the object path of a machine */
    async lookup(name: string): Promise<string> {
        const [path] = await callBus(CONNECT, 'DomainLookupByName', new GLib.Variant('(s)', [name]));
        return path as string;
    }

    /** Calls a method of a machine, as another client would. */
    async call(name: string, method: string, args: GLib.Variant | null = null): Promise<unknown[]> {
        return callBus(['org.libvirt', await this.lookup(name), 'org.libvirt.Domain'], method, args);
    }

    async start(name: string): Promise<void> {
        await this.call(name, 'Create', new GLib.Variant('(u)', [0]));
    }

    async destroy(name: string): Promise<void> {
        await this.call(name, 'Destroy', new GLib.Variant('(u)', [0]));
    }

    async undefine(name: string): Promise<void> {
        await this.call(name, 'Undefine', new GLib.Variant('(u)', [0]));
    }

    /** @returns libvirt's number of the state: 1 running, 3 paused, 5 off */
    async state(name: string): Promise<number> {
        const [[state]] = (await this.call(name, 'GetState', new GLib.Variant('(u)', [0]))) as [
            [number, number],
        ];
        return state;
    }
}

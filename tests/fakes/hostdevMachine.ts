// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {callBus} from '../harness/bus.js';

const CONNECT = ['org.libvirt', '/org/libvirt/Test', 'org.libvirt.Connect'] as const;

/** XML of a machine of the test driver that is given a PCI device of the host. */
export function hostdevXml(name: string, address: string): string {
    const [, domain, bus, slot, part] = /^(\w+):(\w+):(\w+)\.(\w)$/.exec(address) ?? [];
    return `<domain type='test'><name>${GLib.markup_escape_text(name, -1)}</name>
        <memory unit='MiB'>64</memory><os><type>hvm</type></os><devices>
        <hostdev mode='subsystem' type='pci' managed='no'><source>
        <address domain='0x${domain}' bus='0x${bus}' slot='0x${slot}' function='0x${part}'/>
        </source></hostdev></devices></domain>`;
}

/** Defines such a machine. */
export async function defineHostdevMachine(name: string, address: string): Promise<void> {
    await callBus(CONNECT, 'DomainDefineXML', new GLib.Variant('(s)', [hostdevXml(name, address)]));
}

async function call(name: string, method: string): Promise<void> {
    const [path] = await callBus(CONNECT, 'DomainLookupByName', new GLib.Variant('(s)', [name]));
    await callBus(['org.libvirt', String(path), 'org.libvirt.Domain'], method, new GLib.Variant('(u)', [0]));
}

/** Starts a machine of the test driver. */
export function startMachine(name: string): Promise<void> {
    return call(name, 'Create');
}

/** Forces a machine of the test driver off. */
export function stopMachine(name: string): Promise<void> {
    return call(name, 'Destroy');
}

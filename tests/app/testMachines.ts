// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {METADATA_NAMESPACE} from '../../shared/names.js';
import {callBus} from '../harness/bus.js';

const CONNECT = ['org.libvirt', '/org/libvirt/Test', 'org.libvirt.Connect'] as const;

/** Domain XML with something for every group of a machine's page. */
export function richXml(name: string, {title = '', description = ''} = {}): string {
    const escape = (text: string): string => GLib.markup_escape_text(text, -1);
    return `<domain type='test'><name>${escape(name)}</name>
        ${title === '' ? '' : `<title>${escape(title)}</title>`}
        ${description === '' ? '' : `<description>${escape(description)}</description>`}
        <memory unit='GiB'>16</memory><currentMemory unit='GiB'>8</currentMemory><vcpu current='4'>8</vcpu>
        <os firmware='efi'><type arch='x86_64' machine='pc-q35-9.2'>hvm</type></os>
        <devices>
          <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
            <source file='/var/lib/libvirt/images/${escape(name.replace(/[^a-z0-9-]/g, '_'))}.qcow2'/>
            <target dev='vda' bus='virtio'/></disk>
          <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>
          <interface type='network'><mac address='52:54:00:12:34:56'/><source network='default'/>
            <model type='virtio'/></interface>
          <graphics type='spice' autoport='yes'/>
        </devices></domain>`;
}

/** The shortest machine there can be. */
export function plainXml(name: string): string {
    return `<domain type='test'><name>${GLib.markup_escape_text(name, -1)}</name>
        <memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>`;
}

/** Another client of the test driver, whose machines live in libvirt-dbus itself. */
export const testMachines = {
    /** @returns the object path */
    async define(xml: string): Promise<string> {
        return String((await callBus(CONNECT, 'DomainDefineXML', new GLib.Variant('(s)', [xml])))[0]);
    },

    async pathOf(name: string): Promise<string> {
        return String((await callBus(CONNECT, 'DomainLookupByName', new GLib.Variant('(s)', [name])))[0]);
    },

    async call(name: string, method: string, flags = true): Promise<unknown[]> {
        const domain = ['org.libvirt', await this.pathOf(name), 'org.libvirt.Domain'] as const;
        return callBus(domain, method, flags ? new GLib.Variant('(u)', [0]) : null);
    },

    /** @returns libvirt's number of the state: 1 running, 3 paused, 5 off */
    async state(name: string): Promise<number> {
        return ((await this.call(name, 'GetState')) as [[number, number]])[0][0];
    },

    /** @returns whether it starts with libvirt */
    async autostart(name: string): Promise<boolean> {
        const properties = [
            'org.libvirt',
            await this.pathOf(name),
            'org.freedesktop.DBus.Properties',
        ] as const;
        const which = new GLib.Variant('(ss)', ['org.libvirt.Domain', 'Autostart']);
        return (await callBus(properties, 'Get', which))[0] === true;
    },

    /** @returns our element in its metadata, or nothing */
    async metadata(name: string): Promise<string> {
        const domain = ['org.libvirt', await this.pathOf(name), 'org.libvirt.Domain'] as const;
        const ofElement = 2;
        const what = new GLib.Variant('(isu)', [ofElement, METADATA_NAMESPACE, 0]);
        // libvirt says with an error that there is none.
        const answer = await callBus(domain, 'GetMetadata', what).catch(() => ['']);
        return String(answer[0]);
    },

    /** Takes every machine away. */
    async clear(): Promise<void> {
        const [paths] = (await callBus(CONNECT, 'ListDomains', new GLib.Variant('(u)', [0]))) as [string[]];
        for (const path of paths) {
            const domain = ['org.libvirt', path, 'org.libvirt.Domain'] as const;
            // One that is off cannot be destroyed, one that is transient is gone by then.
            for (const method of ['Destroy', 'Undefine'])
                await callBus(domain, method, new GLib.Variant('(u)', [0])).catch(() => undefined);
        }
    },
};

// SPDX-License-Identifier: GPL-3.0-or-later
import type {InterfaceTable} from '../../platform/signature.js';

/**
 * One driver's connection.
 *
 * @see https://github.com/libvirt/libvirt-dbus/blob/master/data/org.libvirt.Connect.xml
 */
export const Connect = {
    name: 'org.libvirt.Connect',
    methods: {
        DomainDefineXML: ['s', 'o'],
        DomainLookupByName: ['s', 'o'],
        GetAllDomainStats: ['uu', 'a(sa{sv})'],
        ListDomains: ['u', 'ao'],
        ListNetworks: ['u', 'ao'],
        ListNodeDevices: ['u', 'ao'],
        ListStoragePools: ['u', 'ao'],
        NetworkLookupByName: ['s', 'o'],
    },
    properties: {
        Hostname: 's',
        LibVersion: 't',
        Version: 't',
    },
    signals: {
        DomainEvent: 'oii',
    },
} as const satisfies InterfaceTable;

// SPDX-License-Identifier: GPL-3.0-or-later
import type {InterfaceTable} from '../../platform/signature.js';

/**
 * A place for images.
 *
 * @see https://github.com/libvirt/libvirt-dbus/blob/master/data/org.libvirt.StoragePool.xml
 */
export const StoragePool = {
    name: 'org.libvirt.StoragePool',
    methods: {
        GetXMLDesc: ['u', 's'],
    },
    properties: {
        Active: 'b',
        Autostart: 'b',
        Name: 's',
    },
    signals: {},
} as const satisfies InterfaceTable;

// SPDX-License-Identifier: GPL-3.0-or-later
import type {InterfaceTable} from '../../platform/signature.js';

/**
 * A device of the host.
 *
 * @see https://github.com/libvirt/libvirt-dbus/blob/master/data/org.libvirt.NodeDevice.xml
 */
export const NodeDevice = {
    name: 'org.libvirt.NodeDevice',
    methods: {
        GetXMLDesc: ['u', 's'],
    },
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

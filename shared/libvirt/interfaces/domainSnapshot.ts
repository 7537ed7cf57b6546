// SPDX-License-Identifier: GPL-3.0-or-later
import type {InterfaceTable} from '../../platform/signature.js';

/**
 * One snapshot of a domain.
 *
 * @see https://github.com/libvirt/libvirt-dbus/blob/master/data/org.libvirt.DomainSnapshot.xml
 */
export const DomainSnapshot = {
    name: 'org.libvirt.DomainSnapshot',
    methods: {GetXMLDesc: ['u', 's']},
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

// SPDX-License-Identifier: GPL-3.0-or-later
import type {InterfaceTable} from '../../platform/signature.js';

/**
 * One domain.
 *
 * @see https://github.com/libvirt/libvirt-dbus/blob/master/data/org.libvirt.Domain.xml
 */
export const Domain = {
    name: 'org.libvirt.Domain',
    methods: {
        AbortJob: ['', ''],
        AttachDevice: ['su', ''],
        Create: ['u', ''],
        Destroy: ['u', ''],
        DetachDevice: ['su', ''],
        GetDiskErrors: ['u', 'a(si)'],
        GetMetadata: ['isu', 's'],
        GetState: ['u', '(ii)'],
        GetStats: ['uu', 'a{sv}'],
        GetTime: ['u', '(tu)'],
        GetXMLDesc: ['u', 's'],
        InterfaceAddresses: ['uu', 'a(ssa(isu))'],
        ListDomainSnapshots: ['u', 'ao'],
        ManagedSave: ['u', ''],
        PMWakeup: ['u', ''],
        Reboot: ['u', ''],
        Reset: ['u', ''],
        Resume: ['', ''],
        SetMetadata: ['isssu', ''],
        Shutdown: ['u', ''],
        Suspend: ['', ''],
        Undefine: ['u', ''],
    },
    properties: {
        Active: 'b',
        Autostart: 'b',
        Id: 'u',
        Name: 's',
        Persistent: 'b',
        UUID: 's',
    },
    signals: {
        AgentEvent: 'ii',
        ControlError: '',
        DeviceAdded: 's',
        DeviceRemoved: 's',
        DiskChange: 'sssi',
        IOError: 'ssis',
        MetadataChange: 'is',
        Reboot: '',
        Watchdog: 'i',
    },
} as const satisfies InterfaceTable;

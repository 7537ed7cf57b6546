// SPDX-License-Identifier: GPL-3.0-or-later
import type {BusKind} from '../platform/bus.js';
import {_} from '../platform/i18n.js';

/** One libvirt connection that libvirt-dbus can offer. */
export interface Driver {
    /** What `--host` and the settings call it. */
    readonly id: string;
    readonly bus: BusKind;
    /** Object path of its Connect object. */
    readonly path: string;
    /** The URI for virsh, for what D-Bus has no road for. */
    readonly uri: string;
    /** The daemons that may serve it, by the name of their socket; none when libvirt-dbus does it itself. */
    readonly sockets: readonly string[];
    /** False when a reboot is not announced by a signal, so that it cannot be waited for. */
    readonly announcesReboot: boolean;
    /** False when libvirt's driver has no `virConnectGetAllDomainStats` (https://libvirt.org/hvsupport.html). */
    readonly hasStatistics: boolean;
}

function driver(
    id: string,
    bus: BusKind,
    object: string,
    uri: string,
    sockets: readonly string[],
    more: Partial<Pick<Driver, 'announcesReboot' | 'hasStatistics'>> = {},
): Driver {
    return {
        id,
        bus,
        path: `/org/libvirt/${object}`,
        uri,
        sockets,
        announcesReboot: true,
        hasStatistics: false,
        ...more,
    };
}

const STATISTICS = {hasStatistics: true};

/**
 * Every driver object of libvirt-dbus (src/main.c there lists them), with the bus on which it is of use; without
 * UML, which libvirt dropped in 5.0. Which of them a machine really has shows at the first call.
 */
export const DRIVERS: readonly Driver[] = [
    driver('system', 'system', 'QEMU', 'qemu:///system', ['libvirt-sock', 'virtqemud-sock'], STATISTICS),
    driver('session', 'session', 'QEMU', 'qemu:///session', ['libvirt-sock', 'virtqemud-sock'], STATISTICS),
    driver('test', 'session', 'Test', 'test:///default', [], {...STATISTICS, announcesReboot: false}),
    driver('lxc', 'system', 'LXC', 'lxc:///', ['libvirt-sock', 'virtlxcd-sock']),
    driver('xen', 'system', 'Xen', 'xen:///', ['libvirt-sock', 'virtxend-sock']),
    driver('bhyve', 'system', 'BHyve', 'bhyve:///system', ['libvirt-sock', 'virtbhyved-sock']),
    driver('openvz', 'system', 'OpenVZ', 'openvz:///system', []),
    driver('vz', 'system', 'VZ', 'vz:///system', ['libvirt-sock', 'virtvzd-sock']),
    driver('virtualbox', 'session', 'VBox', 'vbox:///session', ['libvirt-sock', 'virtvboxd-sock']),
    driver('vmware-workstation', 'session', 'VMwareWS', 'vmwarews:///session', []),
    driver('vmware-player', 'session', 'VMwarePlayer', 'vmwareplayer:///session', []),
    driver('vmware-fusion', 'session', 'VMwareFusion', 'vmwarefusion:///session', []),
];

/** @returns undefined when nothing is called that */
export function driverById(id: string): Driver | undefined {
    return DRIVERS.find(candidate => candidate.id === id);
}

/** What people call the connection. */
export function driverLabel(id: string): string {
    switch (id) {
        case 'system':
            return _('System');
        case 'session':
            return _('User session');
        case 'test':
            return _('Test');
        case 'lxc':
            return 'LXC';
        case 'xen':
            return 'Xen';
        case 'bhyve':
            return 'bhyve';
        case 'openvz':
            return 'OpenVZ';
        case 'vz':
            return 'Virtuozzo';
        case 'virtualbox':
            return 'VirtualBox';
        case 'vmware-workstation':
            return 'VMware Workstation';
        case 'vmware-player':
            return 'VMware Player';
        case 'vmware-fusion':
            return 'VMware Fusion';
        default:
            return id;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {numberAttribute} from '../scalars.js';
import {attributeOf, childOf, childrenOf, textOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';
import {aliasOf, bootOrderOf, pciAddressOf} from './address.js';

/** A `<disk>`. Null stands for what the XML leaves to libvirt. */
export interface Disk {
    /** Where the data is: `file`, `block`, `dir`, `network`, `volume`, `nvme`, `vhostuser`, `vhostvdpa`. */
    readonly type: string;
    /** What the guest sees: `disk`, `cdrom`, `floppy` or `lun`. */
    readonly device: string;
    /** Path, `pool/volume` or `protocol:name`; null for an empty drive. */
    readonly source: string | null;
    /** Hosts of a network disk as `name:port`. */
    readonly sourceHosts: readonly string[];
    /** PCI address of an NVMe controller that is passed through for this disk. */
    readonly pciAddress: string | null;
    /** Format of the image, for example `qcow2`. */
    readonly format: string | null;
    /** Name in the guest that libvirt orders by, for example `vda`. */
    readonly target: string;
    /** `virtio`, `sata`, `scsi`, `ide`, `usb`, `fdc`, `xen`, `sd`, …, guessed from the target as libvirt does. */
    readonly bus: string;
    readonly cache: string | null;
    readonly io: string | null;
    readonly discard: string | null;
    readonly serial: string | null;
    readonly bootOrder: number | null;
    readonly alias: string | null;
    readonly readOnly: boolean;
    readonly shareable: boolean;
    readonly transient: boolean;
    readonly encrypted: boolean;
    /** The I/O thread it is bound to, from 1. */
    readonly ioThread: number | null;
}

/** Reads a `<disk>`. */
export function readDisk(element: XmlElement): Disk {
    const type = attributeOf(element, 'type') ?? 'file';
    const device = attributeOf(element, 'device') ?? 'disk';
    const source = childOf(element, 'source');
    const driver = childOf(element, 'driver');
    const target = attributeOf(childOf(element, 'target'), 'dev') ?? '';
    return {
        type,
        device,
        source: sourceOf(type, source),
        sourceHosts: childrenOf(source, 'host').map(hostOf),
        pciAddress: type === 'nvme' ? pciAddressOf(childOf(source, 'address')) : null,
        format: attributeOf(driver, 'type'),
        target,
        bus: attributeOf(childOf(element, 'target'), 'bus') ?? busOf(device, target),
        cache: attributeOf(driver, 'cache'),
        io: attributeOf(driver, 'io'),
        discard: attributeOf(driver, 'discard'),
        serial: textOf(childOf(element, 'serial')),
        bootOrder: bootOrderOf(element),
        alias: aliasOf(element),
        // libvirt makes every CD-ROM read-only, whether the XML says so or not.
        readOnly: device === 'cdrom' || childOf(element, 'readonly') !== null,
        shareable: childOf(element, 'shareable') !== null,
        transient: childOf(element, 'transient') !== null,
        encrypted: (childOf(source, 'encryption') ?? childOf(element, 'encryption')) !== null,
        ioThread: numberAttribute(driver, 'iothread'),
    };
}

function sourceOf(type: string, source: XmlElement | null): string | null {
    switch (type) {
        case 'network':
            return source && `${attributeOf(source, 'protocol') ?? ''}:${attributeOf(source, 'name') ?? ''}`;
        case 'volume':
            return source && `${attributeOf(source, 'pool') ?? ''}/${attributeOf(source, 'volume') ?? ''}`;
        case 'nvme':
            return pciAddressOf(childOf(source, 'address'));
        case 'vhostuser':
            return attributeOf(source, 'path');
        default:
            return attributeOf(source, 'file') ?? attributeOf(source, 'dev') ?? attributeOf(source, 'dir');
    }
}

function hostOf(host: XmlElement): string {
    const socket = attributeOf(host, 'socket');
    if (socket !== null) return socket;
    const port = attributeOf(host, 'port');
    const name = attributeOf(host, 'name') ?? '';
    return port === null ? name : `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Where the XML names no bus, libvirt takes it from the target's name. */
function busOf(device: string, target: string): string {
    if (device === 'floppy') return 'fdc';
    if (target.startsWith('hd')) return 'ide';
    if (target.startsWith('sd')) return 'scsi';
    if (target.startsWith('vd')) return 'virtio';
    if (target.startsWith('xvd')) return 'xen';
    return target.startsWith('fd') ? 'fdc' : 'ide';
}

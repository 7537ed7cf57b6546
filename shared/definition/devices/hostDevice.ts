// SPDX-License-Identifier: GPL-3.0-or-later
import {flagAttribute, numberAttribute} from '../scalars.js';
import {attributeOf, childOf, textOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';
import {aliasOf, bootOrderOf, pciAddressOf} from './address.js';

/** How a `<hostdev>` names a USB device: by what it is, by where it is, or both. */
export interface UsbSource {
    readonly vendorId: number | null;
    readonly productId: number | null;
    readonly bus: number | null;
    readonly device: number | null;
}

/** A `<hostdev>`: a device of the host that is passed through. */
export interface HostDevice {
    /** `subsystem`, or `capabilities` for a container. */
    readonly mode: string;
    /** `pci`, `usb`, `scsi`, `scsi_host`, `mdev`; `storage`, `misc`, `net` for a container. */
    readonly type: string;
    /** Whether libvirt takes the device from its driver and gives it back by itself. */
    readonly managed: boolean;
    /** PCI address on the host as sysfs writes it, for type `pci`. */
    readonly pciAddress: string | null;
    readonly usb: UsbSource | null;
    /** UUID of a mediated device, for type `mdev`. */
    readonly mdevUuid: string | null;
    /** `vhost-scsi` WWPN, SCSI adapter, or path of a container's device. */
    readonly source: string | null;
    /** Driver on the host that libvirt is told to use, for example `vfio`. */
    readonly driver: string | null;
    /** Path of a ROM image for the guest. */
    readonly romFile: string | null;
    /** Whether the device's ROM is shown to the guest; null where that is left to QEMU. */
    readonly romBar: boolean | null;
    readonly bootOrder: number | null;
    readonly alias: string | null;
}

/** Reads a `<hostdev>`. */
export function readHostDevice(element: XmlElement): HostDevice {
    const type = attributeOf(element, 'type') ?? '';
    const source = childOf(element, 'source');
    const address = childOf(source, 'address');
    const driver = childOf(element, 'driver');
    const rom = childOf(element, 'rom');
    return {
        mode: attributeOf(element, 'mode') ?? 'subsystem',
        type,
        managed: flagAttribute(element, 'managed') === true,
        pciAddress: type === 'pci' ? pciAddressOf(address) : null,
        usb: type === 'usb' ? usbSourceOf(source) : null,
        mdevUuid: type === 'mdev' ? attributeOf(address, 'uuid') : null,
        source: sourceOf(source),
        driver: attributeOf(driver, 'model') ?? attributeOf(driver, 'name'),
        romFile: attributeOf(rom, 'file'),
        romBar: flagAttribute(rom, 'bar'),
        bootOrder: bootOrderOf(element),
        alias: aliasOf(element),
    };
}

function usbSourceOf(source: XmlElement | null): UsbSource {
    const address = childOf(source, 'address');
    return {
        vendorId: numberAttribute(childOf(source, 'vendor'), 'id'),
        productId: numberAttribute(childOf(source, 'product'), 'id'),
        bus: numberAttribute(address, 'bus'),
        device: numberAttribute(address, 'device'),
    };
}

function sourceOf(source: XmlElement | null): string | null {
    return (
        attributeOf(source, 'wwpn') ??
        attributeOf(source, 'name') ??
        attributeOf(childOf(source, 'adapter'), 'name') ??
        textOf(childOf(source, 'block') ?? childOf(source, 'char') ?? childOf(source, 'interface'))
    );
}

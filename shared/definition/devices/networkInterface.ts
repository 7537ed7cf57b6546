// SPDX-License-Identifier: GPL-3.0-or-later
import {numberAttribute} from '../scalars.js';
import {attributeOf, childOf, childrenOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';
import {aliasOf, bootOrderOf, pciAddressOf} from './address.js';

/** An `<interface>`. Null stands for what the XML leaves to libvirt. */
export interface NetworkInterface {
    /** `network`, `bridge`, `user`, `direct`, `hostdev`, `ethernet`, `vhostuser`, `vdpa`, `internal`, … */
    readonly type: string;
    /** Hardware address in lower case. */
    readonly mac: string | null;
    readonly model: string | null;
    /** Name of the network, bridge, device or socket behind it. */
    readonly source: string | null;
    /** PCI address of the card that is passed through, for type `hostdev`. */
    readonly pciAddress: string | null;
    /** Device on the host, for example `vnet0`. */
    readonly target: string | null;
    /** Whether the cable is plugged in. */
    readonly linkUp: boolean;
    readonly vlanTags: readonly number[];
    readonly portGroup: string | null;
    /** Network filter that isolates it. */
    readonly filter: string | null;
    /** `passt` for user networking that is not QEMU's own. */
    readonly backend: string | null;
    readonly mtu: number | null;
    readonly queues: number | null;
    readonly bootOrder: number | null;
    readonly alias: string | null;
}

/** Reads an `<interface>`. */
export function readNetworkInterface(element: XmlElement): NetworkInterface {
    const type = attributeOf(element, 'type') ?? 'user';
    const source = childOf(element, 'source');
    return {
        type,
        mac: attributeOf(childOf(element, 'mac'), 'address')?.toLowerCase() ?? null,
        model: attributeOf(childOf(element, 'model'), 'type'),
        source:
            attributeOf(source, 'network') ??
            attributeOf(source, 'bridge') ??
            attributeOf(source, 'dev') ??
            attributeOf(source, 'path') ??
            attributeOf(source, 'name') ??
            attributeOf(source, 'address'),
        pciAddress: type === 'hostdev' ? pciAddressOf(childOf(source, 'address')) : null,
        target: attributeOf(childOf(element, 'target'), 'dev'),
        linkUp: attributeOf(childOf(element, 'link'), 'state') !== 'down',
        vlanTags: childrenOf(childOf(element, 'vlan'), 'tag').flatMap(
            tag => numberAttribute(tag, 'id') ?? [],
        ),
        portGroup: attributeOf(source, 'portgroup'),
        filter: attributeOf(childOf(element, 'filterref'), 'filter'),
        backend: attributeOf(childOf(element, 'backend'), 'type'),
        mtu: numberAttribute(childOf(element, 'mtu'), 'size'),
        queues: numberAttribute(childOf(element, 'driver'), 'queues'),
        bootOrder: bootOrderOf(element),
        alias: aliasOf(element),
    };
}

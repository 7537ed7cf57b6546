// SPDX-License-Identifier: GPL-3.0-or-later
import {attributeOf, childOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';

/** Channel of the QEMU guest agent. */
export const GUEST_AGENT_CHANNEL = 'org.qemu.guest_agent.0';

/** Channel of the SPICE agent, which shares the clipboard and follows the window's size. */
export const SPICE_AGENT_CHANNEL = 'com.redhat.spice.0';

/** A `<channel>` between host and guest. */
export interface Channel {
    /** Its end on the host: `unix`, `spicevmc`, `pty`, `spiceport`, `qemu-vdagent`, … */
    readonly type: string;
    /** Its end in the guest: `virtio`, `guestfwd` or `xen`. */
    readonly targetType: string;
    /** The port's name in the guest. */
    readonly name: string | null;
    /** Socket on the host. */
    readonly path: string | null;
    /** Whether the guest has opened it; null when off, or where libvirt cannot tell. */
    readonly connected: boolean | null;
}

/** Reads a `<channel>`. */
export function readChannel(element: XmlElement): Channel {
    const target = childOf(element, 'target');
    const state = attributeOf(target, 'state');
    return {
        type: attributeOf(element, 'type') ?? '',
        targetType: attributeOf(target, 'type') ?? '',
        name: attributeOf(target, 'name'),
        path: attributeOf(childOf(element, 'source'), 'path'),
        connected: state === 'connected' ? true : state === 'disconnected' ? false : null,
    };
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {flagAttribute, numberAttribute} from '../scalars.js';
import {attributeOf, childOf, childrenOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';

/** One place where a display can be reached. */
export interface GraphicsListen {
    /** `address`, `network`, `socket` or `none`. */
    readonly type: string;
    readonly address: string | null;
    readonly network: string | null;
    readonly socket: string | null;
}

/** A `<graphics>`. */
export interface Graphics {
    /** `spice`, `vnc`, `sdl`, `rdp`, `desktop`, `egl-headless` or `dbus`. */
    readonly type: string;
    /** Null while the machine is off and libvirt chooses, or where there is none. */
    readonly port: number | null;
    readonly tlsPort: number | null;
    readonly webSocketPort: number | null;
    readonly autoPort: boolean;
    readonly listens: readonly GraphicsListen[];
    /** Whether one is set in the XML; libvirt tells it to those only that ask for secrets. */
    readonly hasPassword: boolean;
    readonly gl: boolean;
    /** DRM node on the host that draws, for example `/dev/dri/renderD128`. */
    readonly renderNode: string | null;
}

/** Reads a `<graphics>`. */
export function readGraphics(element: XmlElement): Graphics {
    const gl = childOf(element, 'gl');
    const type = attributeOf(element, 'type') ?? '';
    const port = portOf(element, 'port');
    return {
        type,
        port,
        tlsPort: portOf(element, 'tlsPort'),
        webSocketPort: portOf(element, 'websocket'),
        autoPort: flagAttribute(element, 'autoport') ?? asksForPort(type, attributeOf(element, 'port')),
        listens: listensOf(element),
        hasPassword: attributeOf(element, 'passwd') !== null,
        // A display without a window has no other way to draw.
        gl: type === 'egl-headless' || flagAttribute(gl, 'enable') === true,
        renderNode: attributeOf(gl, 'rendernode'),
    };
}

/** -1 asks libvirt to choose, and is what an inactive definition says. */
function portOf(element: XmlElement, name: string): number | null {
    const port = numberAttribute(element, name);
    return port === null || port === 0 ? null : port;
}

function asksForPort(type: string, port: string | null): boolean {
    return port === '-1' || (port === null && type === 'vnc');
}

function listensOf(element: XmlElement): GraphicsListen[] {
    const listens = childrenOf(element, 'listen').map(listen => ({
        type: attributeOf(listen, 'type') ?? 'address',
        address: attributeOf(listen, 'address'),
        network: attributeOf(listen, 'network'),
        socket: attributeOf(listen, 'socket'),
    }));
    if (listens.length > 0) return listens;
    // The older form, which libvirt still writes beside the elements.
    const address = attributeOf(element, 'listen');
    const socket = attributeOf(element, 'socket');
    if (socket !== null) return [{type: 'socket', address: null, network: null, socket}];
    return address === null ? [] : [{type: 'address', address, network: null, socket: null}];
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {attributeOf, childOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';

/** A `<filesystem>`: a folder of the host in the guest. */
export interface Filesystem {
    /** `mount`, `template`, `file`, `block`, `ram`, `bind`, `volume`. */
    readonly type: string;
    /** `virtiofs`, `path`, `handle`, `mtp`, `loop`, `nbd`; null where libvirt chooses (9p for QEMU). */
    readonly driver: string | null;
    readonly accessMode: string | null;
    /** Folder, image or volume on the host, or the socket of a server that somebody else runs. */
    readonly source: string | null;
    /** Tag, or for a container the folder where it is mounted. */
    readonly target: string;
    readonly readOnly: boolean;
}

/** Reads a `<filesystem>`. */
export function readFilesystem(element: XmlElement): Filesystem {
    const source = childOf(element, 'source');
    const pool = attributeOf(source, 'pool');
    return {
        type: attributeOf(element, 'type') ?? 'mount',
        driver: attributeOf(childOf(element, 'driver'), 'type'),
        accessMode: attributeOf(element, 'accessmode'),
        source:
            pool === null
                ? (attributeOf(source, 'dir') ??
                  attributeOf(source, 'file') ??
                  attributeOf(source, 'dev') ??
                  attributeOf(source, 'name') ??
                  attributeOf(source, 'socket') ??
                  attributeOf(source, 'usage'))
                : `${pool}/${attributeOf(source, 'volume') ?? ''}`,
        target: attributeOf(childOf(element, 'target'), 'dir') ?? '',
        readOnly: childOf(element, 'readonly') !== null,
    };
}

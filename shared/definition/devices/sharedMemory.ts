// SPDX-License-Identifier: GPL-3.0-or-later
import {scaledBytes} from '../scalars.js';
import {attributeOf, childOf, textOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';

/** A `<shmem>`: memory that host and guest see both, as Looking Glass uses it. */
export interface SharedMemory {
    /** Name of the file in `/dev/shm`. */
    readonly name: string;
    /** `ivshmem-plain`, `ivshmem-doorbell` or `ivshmem`. */
    readonly model: string;
    /** Bytes; null where libvirt's default holds. */
    readonly sizeBytes: number | null;
    readonly serverPath: string | null;
}

/** Reads a `<shmem>`. */
export function readSharedMemory(element: XmlElement): SharedMemory {
    const sizeElement = childOf(element, 'size');
    const size = scaledBytes(textOf(sizeElement), attributeOf(sizeElement, 'unit'), 'bytes');
    return {
        name: attributeOf(element, 'name') ?? '',
        model: attributeOf(childOf(element, 'model'), 'type') ?? 'ivshmem',
        sizeBytes: size === null ? null : Number(size),
        serverPath: attributeOf(childOf(element, 'server'), 'path'),
    };
}

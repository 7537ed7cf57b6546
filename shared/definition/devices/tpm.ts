// SPDX-License-Identifier: GPL-3.0-or-later
import {flagAttribute} from '../scalars.js';
import {attributeOf, childOf, descendantOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';

/** A `<tpm>`. */
export interface Tpm {
    /** `tpm-crb`, `tpm-tis`, `tpm-spapr`, …; null where libvirt chooses. */
    readonly model: string | null;
    /** `emulator`, `passthrough` or `external`. */
    readonly backend: string;
    /** `1.2` or `2.0`; null where libvirt chooses. */
    readonly version: string | null;
    /** Device of the host, for `passthrough`. */
    readonly devicePath: string | null;
    /** Whether its state outlives the machine's run though the machine is transient. */
    readonly persistentState: boolean;
    readonly encrypted: boolean;
}

/** Reads a `<tpm>`. */
export function readTpm(element: XmlElement): Tpm {
    const backend = childOf(element, 'backend');
    return {
        model: attributeOf(element, 'model'),
        backend: attributeOf(backend, 'type') ?? '',
        version: attributeOf(backend, 'version'),
        devicePath: attributeOf(childOf(backend, 'device'), 'path'),
        persistentState: flagAttribute(backend, 'persistent_state') === true,
        encrypted: descendantOf(backend, 'encryption') !== null,
    };
}

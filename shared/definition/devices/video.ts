// SPDX-License-Identifier: GPL-3.0-or-later
import {flagAttribute, numberAttribute} from '../scalars.js';
import {attributeOf, childOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';

/** A `<video>`: a card that the hypervisor draws. */
export interface Video {
    /** `virtio`, `qxl`, `vga`, `bochs`, `ramfb`, `cirrus`, `none`, …; null where libvirt chooses. */
    readonly model: string | null;
    /** Memory of the card in KiB. */
    readonly vramKib: number | null;
    readonly ramKib: number | null;
    readonly heads: number;
    readonly primary: boolean;
    readonly accelerated3d: boolean;
    readonly resolution: {readonly width: number; readonly height: number} | null;
}

/** Reads a `<video>`. */
export function readVideo(element: XmlElement): Video {
    const model = childOf(element, 'model');
    const resolution = childOf(model, 'resolution');
    const width = numberAttribute(resolution, 'x');
    const height = numberAttribute(resolution, 'y');
    return {
        model: attributeOf(model, 'type'),
        vramKib: numberAttribute(model, 'vram'),
        ramKib: numberAttribute(model, 'ram'),
        heads: numberAttribute(model, 'heads') ?? 1,
        primary: flagAttribute(model, 'primary') === true,
        accelerated3d: flagAttribute(childOf(model, 'acceleration'), 'accel3d') === true,
        resolution: width === null || height === null ? null : {width, height},
    };
}

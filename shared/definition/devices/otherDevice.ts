// SPDX-License-Identifier: GPL-3.0-or-later
import {attributeOf, childOf} from '../xmlTree.js';
import type {XmlElement} from '../xmlTree.js';
import {aliasOf} from './address.js';

/** Any device by its element alone, those too that have no reader of their own. */
export interface DeviceSummary {
    /** The element's name, for example `sound`. */
    readonly kind: string;
    /** Its type, or null. */
    readonly type: string | null;
    /** Its model, wherever the element has it, or null. */
    readonly model: string | null;
    readonly alias: string | null;
}

/** Reads what every device has in common. */
export function readDeviceSummary(element: XmlElement): DeviceSummary {
    const model = childOf(element, 'model');
    return {
        kind: element.name,
        type: attributeOf(element, 'type') ?? attributeOf(element, 'bus'),
        model: attributeOf(element, 'model') ?? attributeOf(model, 'type') ?? attributeOf(model, 'name'),
        alias: aliasOf(element),
    };
}

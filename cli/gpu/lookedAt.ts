// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {CardDetails} from '../../shared/gpu/cardDetails.js';
import type {HolderReport} from '../../shared/gpu/holders/holders.js';

/** A card with all that was read of it. */
export interface LookedAt {
    readonly gpu: Gpu;
    readonly details: CardDetails;
    readonly holders: HolderReport;
    /** Whether every host has told of its machines. */
    readonly allAsked: boolean;
}

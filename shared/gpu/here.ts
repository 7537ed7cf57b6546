// SPDX-License-Identifier: GPL-3.0-or-later
import type {HolderOptions} from './holders/holders.js';
import {type KernelEvents, openKernelEvents} from './kernelEvents.js';
import {type SysRoot, THIS_MACHINE} from './sysRoot.js';

/** What the user's programs read of cards. */
export interface Here {
    readonly root: SysRoot;
    /** Null where nothing tells of the kernel's events. */
    openEvents(): Promise<KernelEvents | null>;
    readonly holderOptions: HolderOptions;
}

/**
 * The machine that this program runs on.
 *
 * Builds for tests put `pretendedHere.ts` in the place of this module; what is shipped cannot be told to look
 * anywhere else. The helper, which runs as root, does not use it at all.
 */
export function here(): Here {
    return {root: THIS_MACHINE, openEvents: openKernelEvents, holderOptions: {}};
}

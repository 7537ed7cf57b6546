// SPDX-License-Identifier: GPL-3.0-or-later
import type {HolderOptions} from './holders/holders.js';
import {type KernelEvents, openKernelEvents} from './kernelEvents.js';
import {INSTALLED, type Installed, type SysRoot, THIS_MACHINE} from './sysRoot.js';

/** What the user's programs read of cards, and of what the computer has for them. */
export interface Here {
    readonly root: SysRoot;
    readonly installed: Installed;
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
    return {root: THIS_MACHINE, installed: INSTALLED, openEvents: openKernelEvents, holderOptions: {}};
}

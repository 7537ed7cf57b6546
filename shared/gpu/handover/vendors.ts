// SPDX-License-Identifier: GPL-3.0-or-later
// What differs between drivers. Everything else about a handover is the same for all cards.
import {DRIVER_SERVICES} from '../holders/holderProcess.js';
import {modulesOf} from '../holders/kernelHolders.js';
import type {PciFunction} from '../pciFunction.js';
import type {CardFacts, PciTree} from '../pciTree.js';
import type {SysRoot} from '../sysRoot.js';

/** How a driver lets go of a card. */
export interface LettingGo {
    /** Services that hold the card for the driver and can be stopped, the first to stop in front. */
    readonly services: readonly string[];
    /** Modules to unload, the first to unload in front; none for drivers that let go of one device. */
    readonly modules: readonly string[];
    /** Other cards that would lose their driver with the modules. */
    readonly sharedWith: readonly PciFunction[];
}

/**
 * NVIDIA's own driver: unbinding waits without a limit while anybody uses the card, and cannot be stopped; unloading
 * its modules fails instead (open-gpu-kernel-modules, nv-pci.c).
 */
function nvidia(root: SysRoot, card: CardFacts, tree: PciTree): LettingGo {
    return {
        services: DRIVER_SERVICES,
        modules: modulesOf(root, card).map(({name}) => name),
        sharedWith: tree.cards
            .map(({display}) => display)
            .filter(({address, driver}) => driver === 'nvidia' && address !== card.display.address),
    };
}

/** amdgpu, i915, xe and the others let go of one device; the module may serve the desktop's card as well. */
const DEVICE_ONLY: LettingGo = {services: [], modules: [], sharedWith: []};

/** How the driver that a card has now lets go of it. */
export function lettingGo(root: SysRoot, card: CardFacts, tree: PciTree): LettingGo {
    return card.display.driver === 'nvidia' ? nvidia(root, card, tree) : DEVICE_ONLY;
}

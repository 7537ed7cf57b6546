// SPDX-License-Identifier: GPL-3.0-or-later
import type {HolderReport} from '../holders/holders.js';
import {machineProcesses} from '../holders/holders.js';
import {isVfioDriver, type PciFunction} from '../pciFunction.js';
import type {CardFacts, PciTree} from '../pciTree.js';
import type {Refusal} from './handoverErrors.js';
import type {LettingGo} from './vendors.js';

/** What speaks against lending a card, whoever asks and whenever: facts of the machine, not of the moment. */
export function lastingRefusals(tree: PciTree, card: CardFacts, {sharedWith}: LettingGo): Refusal[] {
    const refusals: Refusal[] = [];
    if (!tree.iommu || card.group === null) refusals.push({kind: 'no-iommu'});
    if (card.display.virtual) refusals.push({kind: 'virtual'});
    if (!tree.cards.some(other => other !== card && showsDesktop(other))) refusals.push({kind: 'only-card'});
    const members = strangersWithLinux(card);
    if (members.length > 0) refusals.push({kind: 'strangers', members});
    if (sharedWith.length > 0)
        refusals.push({kind: 'driver-shared', driver: card.display.driver ?? '', others: sharedWith});
    return refusals;
}

/**
 * What speaks against moving it at this moment.
 *
 * @param services units that the handover stops itself, and that do not speak against it
 */
export function momentaryRefusals(holders: HolderReport, services: readonly string[]): Refusal[] {
    const refusals: Refusal[] = [];
    const machines = machineProcesses(holders);
    if (machines.length > 0) refusals.push({kind: 'with-machine', processes: machines});
    const processes = holders.processes.filter(
        ({role, unit}) => role !== 'machine' && !(unit !== null && services.includes(unit)),
    );
    if (processes.length > 0 || holders.consoles.length > 0)
        refusals.push({kind: 'held', holders: {...holders, processes}});
    if (holders.uninspected > 0 || holders.hidden)
        refusals.push({kind: 'uninspected', count: holders.uninspected, hidden: holders.hidden});
    return refusals;
}

/** Whether Linux can show a desktop on a card. */
function showsDesktop({drmNodes}: CardFacts): boolean {
    return drmNodes.some(name => name.startsWith('card'));
}

/** Members of the group that Linux uses; one that has no driver, or is with vfio, does no harm. */
export function strangersWithLinux({strangers}: CardFacts): PciFunction[] {
    return strangers.filter(({driver}) => driver !== null && !isVfioDriver(driver));
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from './machine.js';

/** Which machines a user has an interest in, each by its key. */
export interface Interests {
    /** In the order in which they were pinned. */
    readonly pinned: readonly string[];
    /** The latest first. */
    readonly recent: readonly string[];
}

/**
 * The few machines that fit into a menu: pinned, running and recently used ones; others fill what room is left.
 *
 * The pinned ones come first, the rest keeps the order of the list, so that no row moves when a machine starts.
 *
 * @param machines all of them, in the order in which they are listed
 * @param most how many there may be
 */
export function shortlist(
    machines: readonly Machine[],
    {pinned, recent}: Interests,
    most: number,
): Machine[] {
    const chosen = new Set<Machine>();
    const take = (candidates: Iterable<Machine | undefined>): void => {
        for (const machine of candidates) {
            if (chosen.size >= most) return;
            if (machine) chosen.add(machine);
        }
    };
    const wanted = new Set([...pinned, ...recent]);
    const byKey = new Map<string, Machine>();
    if (wanted.size > 0) {
        for (const machine of machines) if (wanted.has(machine.key)) byKey.set(machine.key, machine);
    }
    take(pinned.map(key => byKey.get(key)));
    const first = [...chosen];
    take(machines.filter(machine => machine.active));
    take(recent.map(key => byKey.get(key)));
    take(machines);
    for (const machine of first) chosen.delete(machine);
    return [...first, ...machines.filter(machine => chosen.has(machine))];
}

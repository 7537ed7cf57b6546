// SPDX-License-Identifier: GPL-3.0-or-later
import type {Bus} from '../platform/bus.js';

/**
 * A program that gives cards to other drivers, too. While it changes its mode, both write to one card, and either may
 * undo what the other has done.
 */
export interface Rival {
    readonly name: 'supergfxd';
    /** systemd's unit. */
    readonly unit: string;
}

/** By their names on the system bus. */
const RIVALS: ReadonlyMap<string, Rival> = new Map([
    ['org.supergfxctl.Daemon', {name: 'supergfxd', unit: 'supergfxd.service'}],
]);

const LIMIT_MS = 2_000;

/** The rivals that run now; none is started by asking. */
export async function findRivals(bus: Bus): Promise<Rival[]> {
    const found = await Promise.all(
        [...RIVALS].map(async ([name, rival]) =>
            (await bus.hasOwner(name, {timeoutMs: LIMIT_MS})) ? [rival] : [],
        ),
    );
    return found.flat();
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {RecordedHandover} from './handover/undoRecord.js';
import {isVfioDriver} from './pciFunction.js';
import type {CardFacts} from './pciTree.js';

/** A machine whose definition names host PCI devices. */
export interface Claim {
    /** `HOST/NAME` */
    readonly machine: string;
    readonly name: string;
    /** Whether it has them now; else it will when it starts. */
    readonly running: boolean;
    readonly addresses: readonly string[];
}

/** Who has a card. */
export type Owner =
    /** A Linux driver: programs can draw with it. */
    | {readonly kind: 'linux'; readonly driver: string}
    /** vfio, and no machine: it can be lent at once, and Linux cannot use it. */
    | {readonly kind: 'vfio'}
    | {readonly kind: 'machine'; readonly machine: string; readonly name: string}
    /** No driver at all. */
    | {readonly kind: 'nobody'}
    /** Its functions are not all with the same side, or a handover moves it, has got stuck, or was cut off. */
    | {
          readonly kind: 'between';
          /** Null when none of ours moves it. */
          readonly handover: RecordedHandover | null;
          /** The machine that is coming up with it or going down; null when there is none. */
          readonly machine: string | null;
      };

export type OwnerKind = Owner['kind'];

/**
 * Who has a card, from what can be seen: the drivers of its functions, the running machines, and our own record of a
 * handover.
 *
 * What is seen comes first: a record only explains it.
 */
export function ownerOf(
    card: CardFacts,
    claims: readonly Claim[],
    handover: RecordedHandover | null = null,
): Owner {
    const claim = claimsOn(card, claims).find(({running}) => running);
    if (handover && handover.phase !== 'lent')
        return {kind: 'between', handover, machine: claim?.machine ?? null};

    const drivers = card.functions.flatMap(({driver}) => driver ?? []);
    const lent = drivers.filter(isVfioDriver).length;
    const {driver} = card.display;
    if (lent > 0 && lent === drivers.length && isVfioDriver(driver)) {
        return claim ? {kind: 'machine', machine: claim.machine, name: claim.name} : {kind: 'vfio'};
    }
    // libvirt binds and unbinds one function after the other while a machine comes and goes.
    if (lent > 0 || claim) return {kind: 'between', handover, machine: claim?.machine ?? null};
    return driver === null ? {kind: 'nobody'} : {kind: 'linux', driver};
}

/** The machines that have, or want, any function of a card: running ones first, then by name. */
export function claimsOn(card: CardFacts, claims: readonly Claim[]): Claim[] {
    const addresses = new Set(card.functions.map(({address}) => address));
    return claims
        .filter(claim => claim.addresses.some(address => addresses.has(address)))
        .sort(
            (one, other) =>
                Number(other.running) - Number(one.running) || (one.machine < other.machine ? -1 : 1),
        );
}

/** Whether two owners are the same to whoever looks. */
export function sameOwner(one: Owner, other: Owner): boolean {
    return JSON.stringify(one) === JSON.stringify(other);
}

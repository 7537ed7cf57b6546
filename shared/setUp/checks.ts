// SPDX-License-Identifier: GPL-3.0-or-later
import {desktopChecks} from './desktopChecks.js';
import {guardChecks} from './guardChecks.js';
import {machineChecks} from './machineChecks.js';
import {platformChecks} from './platformChecks.js';
import type {SetUpFacts} from './setUpFacts.js';

export type CheckStatus = 'ok' | 'failed' | 'unknown';

export type CheckId =
    /** Linux keeps devices apart, without which none can be lent. */
    | 'iommu'
    /** Nothing but the card is in its IOMMU group. */
    | 'group'
    /** Another card shows the desktop. */
    | 'second-card'
    /** The firmware shows its picture on another card. */
    | 'firmware'
    /** No display is plugged into the card. */
    | 'displays'
    /** The card can be started a second time. */
    | 'reset'
    /** The desktop leaves the card alone from the next log-in on. */
    | 'desktop-rule'
    /** The desktop does not use it now. */
    | 'desktop-now'
    /** The sound server leaves the card's sound alone. */
    | 'sound'
    /** The helper is there, and answers. */
    | 'helper'
    /** libvirt asks before it starts a machine with the card. */
    | 'guard'
    /** Nothing else moves cards. */
    | 'other-writer'
    /** NVIDIA's driver lets the guard see who uses it. */
    | 'modeset'
    /** The machine has all of the card. */
    | 'machine'
    /** All host devices of the machine are there. */
    | 'stale-devices';

/** One question, and what was found. */
export interface SetUpCheck {
    readonly id: CheckId;
    readonly status: CheckStatus;
    /** Whether the card cannot be lent without it. */
    readonly needed: boolean;
    /** A few words, as a heading. */
    readonly title: string;
    /** What was seen. */
    readonly evidence: string;
    /** What to do about it; empty when there is nothing to do. */
    readonly fix: string;
    /** Whether the set-up does it. */
    readonly mendable: boolean;
}

/** Answers every question that there is about a card and a machine. */
export function runChecks(facts: SetUpFacts): SetUpCheck[] {
    return [
        ...platformChecks(facts),
        ...desktopChecks(facts),
        ...guardChecks(facts),
        ...machineChecks(facts),
    ];
}

/** What stands in the way, and what the set-up cannot mend. */
export function obstacles(checks: readonly SetUpCheck[]): SetUpCheck[] {
    return checks.filter(({needed, status, mendable}) => needed && status !== 'ok' && !mendable);
}

/** Whether nothing is left to do, but for what is only advised. */
export function isSetUp(checks: readonly SetUpCheck[]): boolean {
    return checks.every(({needed, status}) => !needed || status === 'ok');
}

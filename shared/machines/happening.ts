// SPDX-License-Identifier: GPL-3.0-or-later
import type {DomainState, StateAndReason} from '../libvirt/domainState.js';
import {isActive} from '../libvirt/domainState.js';
import type {MachineAction} from './actions.js';

export type HappeningKind =
    | 'defined'
    | 'removed'
    | 'started'
    | 'restored'
    | 'stopped'
    | 'saved'
    | 'crashed'
    | 'paused'
    | 'resumed'
    | 'suspended'
    | 'woke'
    | 'rebooted'
    | 'io-error'
    | 'watchdog'
    | 'failed';

/** Something that happened to a machine: what the log shows and what notifications are made from. */
export interface Happening {
    readonly kind: HappeningKind;
    /** Milliseconds since 1970. */
    readonly atMs: number;
    readonly state: DomainState;
    readonly reason: string;
    /** For `failed`: what was tried, and what came of it. */
    readonly action?: MachineAction;
    readonly error?: unknown;
}

/** Pauses that libvirt makes for its own work and ends by itself. */
const PASSING_PAUSES = new Set([
    'starting-up',
    'save',
    'dump',
    'migration',
    'snapshot',
    'shutting-down',
    'from-snapshot',
    'postcopy',
    'restored',
]);

/**
 * What a change of state means to a person.
 *
 * @param why the reason of the state before; QEMU stands still until it has been set up for a start
 * @returns null when it means nothing to them
 */
export function happeningOf(
    before: DomainState,
    after: StateAndReason,
    why = 'unknown',
): HappeningKind | null {
    if (before === after.state) return null;
    switch (after.state) {
        case 'running':
        case 'blocked':
            if (before === 'running' || before === 'blocked') return null;
            if (before === 'paused' && why !== 'starting-up') return 'resumed';
            if (before === 'pmsuspended') return 'woke';
            return after.reason === 'restored' ? 'restored' : 'started';
        case 'paused':
            if (after.reason === 'io-error' || after.reason === 'watchdog') return after.reason;
            if (after.reason === 'crashed') return 'crashed';
            return PASSING_PAUSES.has(after.reason) ? null : 'paused';
        case 'shutoff':
            if (!isActive(before) || before === 'crashed') return null;
            if (after.reason === 'crashed') return 'crashed';
            return after.reason === 'saved' ? 'saved' : 'stopped';
        case 'crashed':
            return 'crashed';
        case 'pmsuspended':
            return 'suspended';
        case 'shutdown': // libvirt tells of it when the guest has ended, a moment before it is off
        case 'nostate':
            return null;
    }
}

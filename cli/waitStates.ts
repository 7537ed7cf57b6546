// SPDX-License-Identifier: GPL-3.0-or-later
import type {DomainState} from '../shared/libvirt/domainState.js';

/** What `wait --for` knows: states of libvirt's, and `gone` for a machine that is no more. */
export const WAIT_STATES = ['running', 'paused', 'shutoff', 'crashed', 'pmsuspended', 'gone'] as const;
export type WaitState = (typeof WAIT_STATES)[number];

/** Whether a machine in a state is where it was waited for. */
export function isInState(state: DomainState, wanted: WaitState): boolean {
    // A virtual CPU that waits for a disk blocks; the machine runs all the same.
    return state === wanted || (wanted === 'running' && state === 'blocked');
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {GuestPackages} from './guestPackages.js';
import type {IntegrationEdit} from './integrationEdit.js';

/** Stable names of the rows, for scripts. */
export type RowId =
    | 'graceful-shutdown'
    | 'heartbeat'
    | 'time-sync'
    | 'clipboard'
    | 'display-resize'
    | 'shared-folders'
    | 'file-freeze'
    | 'balloon'
    | 'virtio-drivers'
    | 'report-channel';

/** `unknown`: it could not be measured now, most often because the guest does not run. */
export type RowStatus = 'works' | 'missing' | 'not-applicable' | 'unknown';

/** One thing that guest and host do together. */
export interface IntegrationRow {
    readonly id: RowId;
    readonly title: string;
    readonly status: RowStatus;
    /** How it was measured, and what came of it. */
    readonly evidence: string;
    /** What to do; empty when there is nothing to do. */
    readonly fix: string;
    /** What the definition lacks; null when it is not that. */
    readonly edit: IntegrationEdit | null;
    /** What the guest may lack. */
    readonly packages: GuestPackages | null;
    /** Whether the definition that is kept has it, so that the machine will from its next start on. */
    readonly pending: boolean;
}

export type RowHead = Pick<IntegrationRow, 'id' | 'title'>;

export function works(head: RowHead, evidence: string): IntegrationRow {
    return {...head, status: 'works', evidence, fix: '', edit: null, packages: null, pending: false};
}

export function missing(
    head: RowHead,
    evidence: string,
    fix: string,
    more: Partial<Pick<IntegrationRow, 'edit' | 'packages'>> = {},
): IntegrationRow {
    return {...head, status: 'missing', evidence, fix, edit: null, packages: null, pending: false, ...more};
}

export function notApplicable(head: RowHead, evidence: string): IntegrationRow {
    return {...head, status: 'not-applicable', evidence, fix: '', edit: null, packages: null, pending: false};
}

/** @param why it could not be measured */
export function notMeasured(
    head: RowHead,
    why: string,
    packages: GuestPackages | null = null,
): IntegrationRow {
    return {...head, status: 'unknown', evidence: why, fix: '', edit: null, packages, pending: false};
}

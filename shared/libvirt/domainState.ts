// SPDX-License-Identifier: GPL-3.0-or-later
// libvirt's numbers for states, reasons and events as words.
// https://libvirt.org/html/libvirt-libvirt-domain.html

/** virDomainState. */
const STATES = [
    'nostate',
    'running',
    'blocked',
    'paused',
    'shutdown',
    'shutoff',
    'crashed',
    'pmsuspended',
] as const;
export type DomainState = (typeof STATES)[number];

/** virDomain*Reason for each state. */
const REASONS: Readonly<Record<DomainState, readonly string[]>> = {
    nostate: ['unknown'],
    running: [
        'unknown',
        'booted',
        'migrated',
        'restored',
        'from-snapshot',
        'unpaused',
        'migration-canceled',
        'save-canceled',
        'wakeup',
        'crashed',
        'postcopy',
        'postcopy-failed',
    ],
    blocked: ['unknown'],
    paused: [
        'unknown',
        'user',
        'migration',
        'save',
        'dump',
        'io-error',
        'watchdog',
        'from-snapshot',
        'shutting-down',
        'snapshot',
        'crashed',
        'starting-up',
        'postcopy',
        'postcopy-failed',
        'api-error',
    ],
    shutdown: ['unknown', 'user'],
    shutoff: [
        'unknown',
        'shutdown',
        'destroyed',
        'crashed',
        'migrated',
        'saved',
        'failed',
        'from-snapshot',
        'daemon',
    ],
    crashed: ['unknown', 'panicked'],
    pmsuspended: ['unknown'],
};

export interface StateAndReason {
    readonly state: DomainState;
    /** A word from libvirt's list for that state; `unknown` when libvirt does not say. */
    readonly reason: string;
}

/** Turns the pair of numbers of `GetState` and of `state.state`/`state.reason` into words. */
export function stateFromNumbers(state: number, reason: number): StateAndReason {
    const word = STATES[state] ?? 'nostate';
    return {state: word, reason: REASONS[word][reason] ?? 'unknown'};
}

/** True while there is a guest: it uses memory, and holds the devices that it was given. */
export function isActive(state: DomainState): boolean {
    return state !== 'shutoff' && state !== 'nostate';
}

/** virDomainEventType. */
export const DomainEvent = {
    DEFINED: 0,
    UNDEFINED: 1,
    STARTED: 2,
    SUSPENDED: 3,
    RESUMED: 4,
    STOPPED: 5,
    SHUTDOWN: 6,
    PMSUSPENDED: 7,
    CRASHED: 8,
} as const;

/** virDomainEventDefinedDetailType and virDomainEventUndefinedDetailType. */
export const DEFINED_RENAMED = 2;
export const UNDEFINED_RENAMED = 1;

const STARTED_DETAILS = ['booted', 'migrated', 'restored', 'from-snapshot', 'wakeup', 'unknown'];
const SUSPENDED_DETAILS = [
    'user',
    'migration',
    'io-error',
    'watchdog',
    'restored',
    'from-snapshot',
    'api-error',
    'postcopy',
    'postcopy-failed',
];
const RESUMED_DETAILS = ['unpaused', 'migrated', 'from-snapshot', 'postcopy', 'postcopy-failed'];
/** The sixth is VIR_DOMAIN_EVENT_STOPPED_FAILED: QEMU was lost while it ran, which GetState then calls crashed. */
const STOPPED_DETAILS = ['shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'crashed', 'from-snapshot'];

/**
 * The state that a lifecycle event announces.
 *
 * @returns null for events that are not about the state (defined, undefined) and for unknown ones
 */
export function stateFromEvent(event: number, detail: number): StateAndReason | null {
    switch (event) {
        case DomainEvent.STARTED:
            return {state: 'running', reason: STARTED_DETAILS[detail] ?? 'unknown'};
        case DomainEvent.SUSPENDED:
            return {state: 'paused', reason: SUSPENDED_DETAILS[detail] ?? 'unknown'};
        case DomainEvent.RESUMED:
            return {state: 'running', reason: RESUMED_DETAILS[detail] ?? 'unknown'};
        case DomainEvent.STOPPED:
            return {state: 'shutoff', reason: STOPPED_DETAILS[detail] ?? 'unknown'};
        case DomainEvent.SHUTDOWN:
            return {state: 'shutdown', reason: 'unknown'};
        case DomainEvent.PMSUSPENDED:
            return {state: 'pmsuspended', reason: 'unknown'};
        case DomainEvent.CRASHED:
            // The other detail tells that the guest goes on in its crash kernel.
            return detail === 0 ? {state: 'crashed', reason: 'panicked'} : null;
        default:
            return null;
    }
}

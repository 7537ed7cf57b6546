// SPDX-License-Identifier: GPL-3.0-or-later

/** A lifecycle event of libvirt's, or a signal that is kept in line with those. */
export interface MachineEvent {
    /** virDomainEventType, or one of {@link SignalEvent}. */
    readonly event: number;
    readonly detail: number;
    readonly serial: number;
}

/** Signals in the place of lifecycle events, by numbers that libvirt does not use. */
export const SignalEvent = {Reboot: -1, Watchdog: -2, IOError: -3} as const;

/** @returns undefined for a signal that tells nothing of what the machine does */
export function eventOfSignal(member: string): number | undefined {
    return Object.hasOwn(SignalEvent, member) ? SignalEvent[member as keyof typeof SignalEvent] : undefined;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type GLib from 'gi://GLib';

/** A lifecycle event of libvirt's, or a signal that is kept in line with those. */
export interface MachineEvent {
    /** virDomainEventType, or one of {@link SignalEvent}. */
    readonly event: number;
    readonly detail: number;
    readonly serial: number;
}

/** Signals in the place of lifecycle events, by numbers that libvirt does not use. */
export const SignalEvent = {Reboot: -1, Watchdog: -2, IOError: -3, AgentLost: -4, AgentBack: -5} as const;

/** virConnectDomainEventAgentLifecycleState, and the reason for which no guest is to blame. */
const AGENT_DISCONNECTED = 2;
const DOMAIN_STARTED = 1;

/** @returns undefined for a signal that tells nothing of what the machine does */
export function eventOfSignal(member: string, parameters: GLib.Variant): number | undefined {
    switch (member) {
        case 'Reboot':
        case 'Watchdog':
        case 'IOError':
            return SignalEvent[member];
        case 'AgentEvent':
            return agentEventOf(parameters);
        default:
            return undefined;
    }
}

function agentEventOf(parameters: GLib.Variant): number | undefined {
    if (parameters.get_type_string() !== '(ii)') return undefined;
    const state = parameters.get_child_value(0).get_int32();
    const reason = parameters.get_child_value(1).get_int32();
    if (state !== AGENT_DISCONNECTED) return SignalEvent.AgentBack;
    return reason === DOMAIN_STARTED ? undefined : SignalEvent.AgentLost;
}

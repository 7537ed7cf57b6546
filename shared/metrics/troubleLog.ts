// SPDX-License-Identifier: GPL-3.0-or-later
import type GLib from 'gi://GLib';

import type {HostList} from '../hosts/hostList.js';
import {DomainEvent} from '../libvirt/domainState.js';
import type {HostFollower} from '../libvirt/host.js';
import type {Machine} from '../machines/machine.js';
import type {MachineList} from '../machines/machineList.js';
import {wallClockMs} from '../platform/clock.js';

/** What libvirt told unasked of a machine since it was started; times in milliseconds since 1970. */
export interface Troubles {
    /** When one of its disks last met an error, and how many errors were told. */
    readonly lastIoErrorMs: number | null;
    readonly ioErrors: number;
    /** When its guest agent went away, while it is not back. */
    readonly agentLostMs: number | null;
    /** How often the agent went away. */
    readonly agentLosses: number;
}

const NONE: Troubles = {lastIoErrorMs: null, ioErrors: 0, agentLostMs: null, agentLosses: 0};

/** virConnectDomainEventAgentLifecycleState, and the reason for which no guest is to blame. */
const AGENT_DISCONNECTED = 2;
const DOMAIN_STARTED = 1;

/**
 * What the machines of all hosts had trouble with, as libvirt's signals tell; QEMU counts no errors of disks that
 * `GetAllDomainStats` would give. Nothing is asked for this.
 */
export class TroubleLog {
    readonly #hosts = new Map<MachineList, {troubles: Map<string, Troubles>; unfollow: () => void}>();
    readonly #changed: number;

    constructor(
        private readonly hosts: HostList,
        private readonly now: () => number = wallClockMs,
    ) {
        this.#changed = hosts.connect('items-changed', () => this.#follow());
        this.#follow();
    }

    /** What a machine had trouble with since it was started, as far as it was seen. */
    of(machine: Machine): Troubles {
        const {path} = machine;
        if (path === null) return NONE;
        for (const [{host}, {troubles}] of this.#hosts)
            if (host === machine.host) return troubles.get(path) ?? NONE;
        return NONE;
    }

    /** Notes nothing any more. */
    close(): void {
        this.hosts.disconnect(this.#changed);
        for (const {unfollow} of this.#hosts.values()) unfollow();
        this.#hosts.clear();
    }

    #follow(): void {
        const {lists} = this.hosts;
        for (const [list, {unfollow}] of this.#hosts) {
            if (lists.includes(list)) continue;
            unfollow();
            this.#hosts.delete(list);
        }
        for (const list of lists) {
            if (this.#hosts.has(list)) continue;
            const troubles = new Map<string, Troubles>();
            this.#hosts.set(list, {troubles, unfollow: list.host.follow(this.#followerOf(troubles))});
        }
    }

    #followerOf(troubles: Map<string, Troubles>): HostFollower {
        return {
            reconcile: () => undefined,
            // A start begins anew; one that is undefined keeps nothing behind.
            domainEvent: (path, event) => {
                if (event === DomainEvent.STARTED || event === DomainEvent.UNDEFINED) troubles.delete(path);
            },
            domainSignal: (path, member, _serial, parameters) => {
                const before = troubles.get(path) ?? NONE;
                const after = afterSignal(before, member, parameters, this.now());
                if (after !== before) troubles.set(path, after);
            },
        };
    }
}

/** What a signal of a machine's adds to what is known of it. */
export function afterSignal(
    before: Troubles,
    member: string,
    parameters: GLib.Variant,
    nowMs: number,
): Troubles {
    if (member === 'IOError') return {...before, lastIoErrorMs: nowMs, ioErrors: before.ioErrors + 1};
    if (member !== 'AgentEvent' || parameters.get_type_string() !== '(ii)') return before;
    const state = parameters.get_child_value(0).get_int32();
    const reason = parameters.get_child_value(1).get_int32();
    if (state !== AGENT_DISCONNECTED)
        return before.agentLostMs === null ? before : {...before, agentLostMs: null};
    if (reason === DOMAIN_STARTED || before.agentLostMs !== null) return before;
    return {...before, agentLostMs: nowMs, agentLosses: before.agentLosses + 1};
}

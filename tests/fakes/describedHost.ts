// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {LibvirtError} from '../../shared/libvirt/libvirtErrors.js';
import type {GuestInterface} from '../../shared/libvirt/domainClient.js';
import type {HostFollower} from '../../shared/libvirt/host.js';
import type {Machine} from '../../shared/machines/machine.js';
import {StubHost} from '../unit/machines/stubHost.js';

export const UUID = '6695eb01-f6a4-8304-79aa-97f2502e193f';

/** A host without libvirt that has one machine with a definition, a guest agent and addresses. */
export class DescribedHost extends StubHost {
    readonly followers = new Set<HostFollower>();
    /** How the guest agent answers. */
    agent: () => Promise<void> = () => Promise.reject(new LibvirtError('not connected'));
    asked = 0;
    /** Addresses by libvirt's number of the source. */
    readonly addresses: GuestInterface[][] = [];
    readonly machine: Machine;

    /**
     * @param inside elements of `<domain>`, such as its devices and metadata
     * @param name of the machine
     */
    constructor(
        private readonly inside: string,
        name = 'vm',
        state: 'running' | 'shutoff' = 'running',
    ) {
        super();
        this.machine = this.list({[name]: state}).byName(name)!;
    }

    override follow(follower?: HostFollower): () => void {
        if (!follower) return () => undefined;
        this.followers.add(follower);
        return () => void this.followers.delete(follower);
    }

    override lookupDomain(): Promise<never> {
        return Promise.resolve('/vm') as Promise<never>;
    }

    override domain(): object {
        return {
            persistent: () => this.persistent(),
            properties: () => Promise.resolve({persistent: true, autostart: false}),
            xml: () => Promise.resolve(this.xml()),
            askAgent: () => {
                this.asked++;
                return this.agent();
            },
            interfaceAddresses: (source: number) =>
                this.addresses[source]
                    ? Promise.resolve(this.addresses[source])
                    : Promise.reject(new LibvirtError('no such source')),
        };
    }

    xml(): string {
        return `<domain type='kvm' id='1'><name>vm</name><uuid>${UUID}</uuid>${this.inside}</domain>`;
    }

    /** What libvirt tells when a guest's agent comes or goes. */
    announceAgent(path = '/vm', state = 1, reason = 2): void {
        this.signal(path, 'AgentEvent', new GLib.Variant('(ii)', [state, reason]));
    }

    /** Any signal of a domain. */
    signal(path: string, member: string, parameters: GLib.Variant): void {
        for (const follower of this.followers) follower.domainSignal(path, member, ++this.serial, parameters);
    }
}

/** Our metadata in a definition. */
export function metadata(inside: string): string {
    return `<metadata><h:machine xmlns:h='urn:handover:machine:1'>${inside}</h:machine></metadata>`;
}

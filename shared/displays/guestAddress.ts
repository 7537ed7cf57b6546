// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {AddressSource, type DomainClient, type GuestInterface} from '../libvirt/domainClient.js';
import {LibvirtError} from '../libvirt/libvirtErrors.js';
import type {Machine} from '../machines/machine.js';

/**
 * The address of a guest as libvirt knows it: from the leases of its own networks, else from the guest agent, else
 * from this computer's neighbours.
 *
 * @returns null while nobody knows one
 * @throws what a call failed with, unless libvirt itself has no answer
 */
export async function guestAddress(machine: Machine): Promise<string | null> {
    await machine.loadDetails();
    const {definition} = machine;
    const client = await machine.client();
    const macs = new Set((definition?.interfaces ?? []).flatMap(({mac}) => mac ?? []));
    const sources = [
        AddressSource.LEASE,
        ...(definition?.guestAgent ? [AddressSource.AGENT] : []),
        AddressSource.ARP,
    ];
    for (const source of sources) {
        const address = chooseAddress(await interfacesFrom(client, source), macs);
        if (address !== null) return address;
    }
    return null;
}

async function interfacesFrom(client: DomainClient, source: number): Promise<readonly GuestInterface[]> {
    try {
        return await client.interfaceAddresses(source);
    } catch (error) {
        // It has no such source for this machine, or the agent does not answer.
        if (error instanceof LibvirtError) return [];
        throw error;
    }
}

/**
 * The best of the addresses: one of the machine's own cards before one of a bridge in the guest, IPv4 before IPv6. An
 * agent's word is the guest's, so nothing is taken that would lead to this computer itself.
 *
 * @param macs the hardware addresses of the machine's cards
 */
export function chooseAddress(
    interfaces: readonly GuestInterface[],
    macs: ReadonlySet<string>,
): string | null {
    const own = interfaces.filter(({mac}) => macs.has(mac.toLowerCase()));
    for (const some of [own, interfaces]) {
        const good = some.flatMap(({addresses}) => addresses).filter(isReachable);
        const best = good.find(address => !address.includes(':')) ?? good[0];
        if (best !== undefined) return best;
    }
    return null;
}

/** Whether it is an address that could be a guest's. Link-local ones mean nothing without the name of a card. */
function isReachable(text: string): boolean {
    // GLib writes into the log about what is none; of two colons in front the second address may be IPv4, which is
    // asked nothing below.
    if (!/^[0-9A-Fa-f.:]{2,45}$/.test(text) || text.startsWith('::')) return false;
    const address = Gio.InetAddress.new_from_string(text) as Gio.InetAddress | null;
    if (!address) return false;
    return !(
        address.get_is_any() ||
        address.get_is_loopback() ||
        address.get_is_link_local() ||
        address.get_is_multicast()
    );
}

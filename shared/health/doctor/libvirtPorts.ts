// SPDX-License-Identifier: GPL-3.0-or-later
// What the doctor asks of libvirt, by the connections that a face follows anyway.
import GLib from 'gi://GLib';

import {parseXml} from '../../definition/xmlParser.js';
import {attributeOf, childOf, textOf, type XmlElement} from '../../definition/xmlTree.js';
import type {HostList} from '../../hosts/hostList.js';
import type {PoolState} from '../../libvirt/connectionClient.js';
import type {Host} from '../../libvirt/host.js';
import type {Machine} from '../../machines/machine.js';
import {withDeadline} from '../../platform/clock.js';
import {DeadlineError, HandoverError} from '../../platform/errors.js';
import {queryFreeBytes} from '../../platform/files.js';
import type {LibvirtPorts} from './localPorts.js';
import {lookingGlassReleases} from './lookingGlassReleases.js';
import type {ConnectionView, DoctorMachine, PoolView} from './ports.js';

/** Connections that have not answered by then are told of as such, so that the others can be (ms). */
const ANSWER_MS = 1_300;
/** A file system that has not told its free space by then is one of a server that is away (ms). */
const SPACE_MS = 400;
/** Kinds of pools whose images are files in a folder of this computer. */
const FOLDERS = new Set(['dir', 'fs', 'netfs']);

/** The doctor's view of libvirt through the hosts that are followed; nothing is followed for it. */
export function libvirtPorts(
    hosts: HostList,
    program: (name: string) => string | null,
    patience = 1,
): LibvirtPorts {
    const limitMs = ANSWER_MS * patience;
    const answering = async (): Promise<Host[]> => {
        const all = hosts.lists.map(({host}) => host);
        const views = await Promise.all(all.map(host => troubleOf(host, limitMs)));
        return all.filter((_host, index) => views[index] === null);
    };
    return {
        async machines() {
            const those = new Set(await answering());
            const machines = hosts.machines.filter(({host}) => those.has(host));
            // Those that run are told of first, and are the ones that matter more.
            machines.sort((one, other) => Number(other.active) - Number(one.active));
            return (await Promise.all(machines.map(readMachine))).flat();
        },
        connections: () => Promise.all(hosts.lists.map(({host}) => viewOf(host, limitMs))),
        async networks() {
            const host = hosts.byId('system')?.host;
            if (!host) return null;
            await reach(host, limitMs);
            const network = await host.connection().network('default');
            return network ? [{name: 'default', ...network}] : [];
        },
        async pools() {
            const found = await Promise.all(
                (await answering()).map(async host =>
                    Promise.all((await host.connection().pools()).map(pool => readPool(host, pool))),
                ),
            );
            return found.flat(2);
        },
        lookingGlassReleases: () => lookingGlassReleases(program),
    };
}

/** @throws why it does not answer */
async function reach(host: Host, limitMs: number): Promise<void> {
    await withDeadline(host.id, limitMs, host.whenReady());
}

/** @returns null when it answers */
async function troubleOf(host: Host, limitMs: number): Promise<HandoverError | null> {
    try {
        await reach(host, limitMs);
        return null;
    } catch (error) {
        if (error instanceof HandoverError) return error;
        throw error;
    }
}

async function viewOf(host: Host, limitMs: number): Promise<ConnectionView> {
    const trouble = await troubleOf(host, limitMs);
    const nothing = {libvirt: null, hypervisor: null};
    const versions = trouble ? nothing : await versionsOf(host, limitMs);
    const {libvirt, hypervisor} = versions instanceof HandoverError ? nothing : versions;
    const error = trouble ?? (versions instanceof HandoverError ? versions : null);
    return {
        host: host.id,
        trouble: kindOf(error),
        message: error?.message ?? '',
        libvirtVersion: libvirt,
        hypervisorVersion: hypervisor,
    };
}

/** A connection that has answered once may have gone since. */
async function versionsOf(
    host: Host,
    limitMs: number,
): Promise<{libvirt: number | null; hypervisor: number | null} | HandoverError> {
    try {
        return await withDeadline(host.id, limitMs, askVersions(host));
    } catch (error) {
        if (error instanceof HandoverError) return error;
        throw error;
    }
}

async function askVersions(host: Host): Promise<{libvirt: number | null; hypervisor: number | null}> {
    const versions = await host.connection().versions();
    // Every libvirt tells its own: without it there is no libvirt to ask, which the host does not know yet.
    if (versions.libvirt === null) {
        await host.refresh();
        if (host.error) throw host.error;
    }
    return versions;
}

function kindOf(error: HandoverError | null): string | null {
    if (error === null) return null;
    return error instanceof DeadlineError ? 'no-answer' : error.kind;
}

async function readMachine(machine: Machine): Promise<DoctorMachine[]> {
    try {
        await machine.loadDetails();
    } catch (error) {
        // It has gone meanwhile, or cannot be understood, which its own page tells.
        if (error instanceof HandoverError) return [];
        throw error;
    }
    const {name, active, definition, host} = machine;
    return definition ? [{host: host.id, name, running: active, definition}] : [];
}

async function readPool(host: Host, {active, autostart, xml}: PoolState): Promise<PoolView> {
    const pool = parseXml(xml).root;
    const path = textOf(childOf(childOf(pool, 'target'), 'path'));
    const ofFolder = FOLDERS.has(attributeOf(pool, 'type') ?? '');
    // What libvirt tells is as old as its last look into the pool.
    const free = active && ofFolder && path !== null ? await freeBytes(path) : null;
    return {
        host: host.id,
        name: textOf(childOf(pool, 'name')) ?? '',
        active,
        autostart,
        capacityBytes: bytesIn(pool, 'capacity'),
        availableBytes: free ?? bytesIn(pool, 'available'),
    };
}

function bytesIn(pool: XmlElement, name: string): number {
    const bytes = Number(textOf(childOf(pool, name)));
    return Number.isFinite(bytes) && bytes > 0 ? bytes : 0;
}

/** Free room where a folder is; null when that is not told in time. */
async function freeBytes(path: string): Promise<number | null> {
    try {
        return await withDeadline(path, SPACE_MS, queryFreeBytes(path));
    } catch (error) {
        if (error instanceof GLib.Error || error instanceof DeadlineError) return null;
        throw error;
    }
}

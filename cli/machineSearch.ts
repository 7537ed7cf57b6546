// SPDX-License-Identifier: GPL-3.0-or-later
import {HostList} from '../shared/hosts/hostList.js';
import {driverById} from '../shared/libvirt/drivers.js';
import {
    DriverMissingError,
    LibvirtError,
    NoBusError,
    ServiceMissingError,
} from '../shared/libvirt/libvirtErrors.js';
import {domainPathOf} from '../shared/libvirt/objectPath.js';
import type {Machine} from '../shared/machines/machine.js';
import {AmbiguousMachineError, NoSuchMachineError} from '../shared/machines/machineErrors.js';
import type {MachineList} from '../shared/machines/machineList.js';
import {delay, withDeadline} from '../shared/platform/clock.js';
import {type HostFailure, mostTelling} from './hostFailures.js';
import {type CommonOptions, timeoutMs} from './options.js';
import {hostsToAsk, preferredDeadlineMs} from './settings.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** When one host has the machine, the others get this time (ms) to show that they have one of that name, too. */
const GRACE_MS = 1500;

/** Hosts that are followed, and the machine that was asked for. */
export interface Found {
    readonly hosts: HostList;
    readonly machine: Machine;
}

/** What a MACHINE argument says: `HOST/NAME` names the host, too. */
export interface Wanted {
    readonly text: string;
    readonly hosts: readonly string[];
    readonly hostsNamed: boolean;
}

/** Takes a MACHINE argument apart. */
export async function readArgument(argument: string, options: CommonOptions): Promise<Wanted> {
    if (options.host) return {text: argument, hosts: options.host, hostsNamed: true};
    const slash = argument.indexOf('/');
    const host = argument.slice(0, Math.max(0, slash));
    if (driverById(host)) return {text: argument.slice(slash + 1), hosts: [host], hostsNamed: true};
    return {text: argument, hosts: await hostsToAsk(options), hostsNamed: false};
}

/**
 * Follows hosts until the process ends.
 *
 * @throws DriverMissingError when there is none, since that would be silence for ever
 */
export function followHosts(ids: readonly string[]): HostList {
    const hosts = new HostList();
    hosts.defaultDeadlineMs = preferredDeadlineMs();
    hosts.setHosts(ids);
    if (hosts.lists.length === 0) throw new DriverMissingError(`None of these is known: ${ids.join(', ')}`);
    return hosts;
}

/**
 * Waits for the first answer of each host.
 *
 * @returns the hosts that cannot be reached
 */
export function hostAnswers(hosts: HostList, limitMs: number | undefined): Promise<(HostFailure | null)[]> {
    return Promise.all(
        hosts.lists.map(async ({host}) => {
            try {
                const ready = host.whenReady();
                await (limitMs === undefined ? ready : withDeadline(host.label, limitMs, ready));
                return null;
            } catch (error) {
                return {host: host.id, error};
            }
        }),
    );
}

/** Finds the machine that a MACHINE argument means; see `findWanted`. */
export async function findMachine(argument: string, options: CommonOptions): Promise<Found> {
    return await findWanted(await readArgument(argument, options), options);
}

/**
 * Finds the one machine of that name or UUID; only the whole name counts.
 *
 * @throws NoSuchMachineError when every host that has a libvirt has said so, AmbiguousMachineError, or what a host failed with that
 * may have the machine
 */
export async function findWanted(wanted: Wanted, options: CommonOptions): Promise<Found> {
    const hosts = followHosts(wanted.hosts);
    const answers = hostAnswers(hosts, timeoutMs(options));
    await Promise.race([answers, onceFound(hosts, wanted.text)]);
    const named = hosts.lists.flatMap(list => list.byName(wanted.text) ?? []);
    const found = [...new Set([...named, ...(await byUuid(hosts.lists, wanted.text))])];
    if (found.length > 1)
        throw new AmbiguousMachineError(
            wanted.text,
            found.map(machine => machine.host.id),
        );
    if (found[0]) return {hosts, machine: found[0]};
    const failures = (await answers).filter(answer => answer !== null);
    const silent = failures.filter(({error}) => !hasNoLibvirt(error));
    // A host without a libvirt has no machines, unless it is the one that was named, or no other one answered.
    const needed = wanted.hostsNamed || failures.length === hosts.lists.length;
    const telling = silent.length > 0 || !needed ? silent : failures;
    throw telling.length > 0 ? mostTelling(telling) : new NoSuchMachineError(wanted.text);
}

/** Whether a host failed because there is no libvirt that could have a machine. */
function hasNoLibvirt(error: unknown): boolean {
    return (
        error instanceof ServiceMissingError ||
        error instanceof DriverMissingError ||
        error instanceof NoBusError
    );
}

/** Resolves a moment after a host has shown that it has the machine. */
async function onceFound(hosts: HostList, name: string): Promise<void> {
    await new Promise<void>(resolve => {
        const look = (): void => {
            if (!hosts.lists.some(list => list.byName(name))) return;
            hosts.disconnect(id);
            resolve();
        };
        const id = hosts.connect('changed', look);
    });
    await delay(GRACE_MS);
}

async function byUuid(lists: readonly MachineList[], text: string): Promise<Machine[]> {
    if (!UUID.test(text)) return [];
    const found = await Promise.all(
        lists.map(async list => {
            if (list.host.state !== 'ready') return [];
            const path = domainPathOf(list.host.driver, text);
            try {
                const machine = list.byName(await list.host.nameOf(path));
                machine?.setPath(path);
                return machine ? [machine] : [];
            } catch (error) {
                const verdict = await list.host.verdict(error);
                if (verdict instanceof LibvirtError) return [];
                throw verdict;
            }
        }),
    );
    return found.flat();
}

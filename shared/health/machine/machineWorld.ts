// SPDX-License-Identifier: GPL-3.0-or-later
// Where the facts of a machine come from: libvirt's answers, and the files of this computer where the machine is here.
import type Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Definition} from '../../definition/definition.js';
import type {SysRoot} from '../../gpu/sysRoot.js';
import type {HostList} from '../../hosts/hostList.js';
import {type DomainClient, StatisticsKind} from '../../libvirt/domainClient.js';
import type {Driver} from '../../libvirt/drivers.js';
import type {Machine} from '../../machines/machine.js';
import {readKept} from '../../machines/redefinition.js';
import {delay, monotonicMs, wallClockMs, withDeadline} from '../../platform/clock.js';
import {HandoverError} from '../../platform/errors.js';
import {_} from '../../platform/i18n.js';
import {once} from '../../platform/once.js';
import {askGuest, readGuest} from './guestReading.js';
import {type OtherMachine, usbOf} from './hostReading.js';
import {logFolder} from './machineLog.js';
import {pidFileFolder} from './qemuProcess.js';
import type {MachineWorld} from './readMachineFacts.js';
import {read, unread} from './reading.js';
import {readSnapshot} from './snapshots.js';
import {NO_FILES, tpmFolder} from './stateFiles.js';
import {systemFiles} from './systemFiles.js';

/** So many of the newest snapshots are looked at; each costs a call. */
const MOST_SNAPSHOTS = 32;
const MOST_DISKS = 256;
/** libvirt is busy with a machine for moments, in milliseconds. */
const BUSY_MS = 150;
const MOST_ATTEMPTS = 3;
/** In this time a guest has started and its balloon has told something, in milliseconds. */
const SETTLED_MS = 60_000;

export interface WorldOptions {
    readonly root: SysRoot;
    /** For what this computer is asked, in milliseconds. */
    readonly hereMs: number;
    /** For what the guest is asked. */
    readonly guestMs: number;
    readonly cancellable: Gio.Cancellable | null;
}

/** Whether a connection's machines run on this computer, so that their files can be looked at. */
export function isHere({uri, id}: Pick<Driver, 'uri' | 'id'>): boolean {
    // After the scheme comes the other computer's name, if there is one. The test driver has no files at all.
    return id !== 'test' && /^[a-z]+:\/\/\//.test(uri);
}

/** The world of one machine for one examination. */
export function worldOf(
    machine: Machine,
    client: DomainClient,
    definition: Definition,
    hosts: HostList,
    {root, hereMs, guestMs, cancellable}: WorldOptions,
): MachineWorld {
    const {driver} = machine.host;
    const session = driver.bus === 'session';
    const deadline = monotonicMs() + guestMs;
    const diskErrors = once(() => client.diskErrors());
    // libvirt leaves out what would have to wait for a job, and asking for disk errors is one.
    const statistics = once(async () => {
        if (machine.active) await settled(diskErrors());
        return askStatistics(client, machine.active);
    });
    return {
        root,
        here: isHere(driver),
        limitMs: hereMs,
        files: isHere(driver) ? systemFiles({timeoutMs: hereMs, cancellable}) : NO_FILES,
        pidFiles: pidFileFolder(session, GLib.get_user_runtime_dir()),
        tpmStates: tpmFolder(session, GLib.get_user_config_dir()),
        logs: logFolder(session, GLib.get_user_cache_dir()),
        others: () => otherMachines(machine, hosts),
        kept: () => readKept(machine),
        askGuest: () =>
            askGuest({
                guestTime: () => withDeadline('the guest agent', guestMs, client.guestTime()),
                wallClockMs,
                monotonicMs,
            }),
        readGuest: () =>
            readGuest(driver.uri, definition.uuid ?? '', {
                timeoutMs: Math.max(1, deadline - monotonicMs()),
                cancellable,
            }),
        diskErrors,
        snapshots: async () => (await client.snapshots(MOST_SNAPSHOTS)).map(readSnapshot),
        imageGrowth: async () => growthIn(await statistics()),
        balloonReports: async () => {
            const all = await statistics();
            if (tellsOfMemory(all)) return read(true);
            if (!hadJob(all)) return unread(_('libvirt was busy with the machine.'));
            const young = machine.since > 0 && wallClockMs() - machine.since < SETTLED_MS;
            return young ? unread(_('The machine has been running for moments only.')) : read(false);
        },
    };
}

type Statistics = Readonly<Record<string, unknown>>;

async function askStatistics(client: DomainClient, active: boolean): Promise<Statistics> {
    for (let attempt = 1; ; attempt++) {
        const all = await client.statistics(StatisticsKind.BALLOON | StatisticsKind.BLOCK);
        if (!active || hadJob(all) || attempt === MOST_ATTEMPTS) return all;
        await delay(BUSY_MS);
    }
}

/** libvirt adds what the process itself takes to what it asks QEMU of the balloon. */
function hadJob(statistics: Statistics): boolean {
    return Object.hasOwn(statistics, 'balloon.rss') || Object.hasOwn(statistics, 'balloon.last-update');
}

async function settled(promise: Promise<unknown>): Promise<void> {
    await promise.then(
        () => undefined,
        () => undefined,
    );
}

/** What an image may come to hold, less what it holds. */
function growthIn(statistics: Statistics): Map<string, number> {
    const growth = new Map<string, number>();
    const count = Math.min(MOST_DISKS, Number(statistics['block.count']) || 0);
    for (let at = 0; at < count; at++) {
        const name = statistics[`block.${at}.name`];
        const capacity = statistics[`block.${at}.capacity`];
        const allocation = statistics[`block.${at}.allocation`];
        if (typeof name === 'string' && typeof capacity === 'number' && typeof allocation === 'number')
            growth.set(name, Math.max(0, capacity - allocation));
    }
    return growth;
}

/** Only a guest whose driver answers gives these. */
function tellsOfMemory(statistics: Statistics): boolean {
    return ['balloon.unused', 'balloon.usable', 'balloon.available'].some(key =>
        Object.hasOwn(statistics, key),
    );
}

/** Machines that could not be read have nothing that we know of. */
async function otherMachines(self: Machine, hosts: HostList): Promise<OtherMachine[]> {
    const others = hosts.machines.filter(
        machine => machine !== self && machine.active && isHere(machine.host.driver),
    );
    const found = await Promise.all(others.map(readOther));
    return found.flatMap(other => other ?? []);
}

async function readOther(machine: Machine): Promise<OtherMachine | null> {
    try {
        await machine.loadDetails();
    } catch (error) {
        if (!(error instanceof HandoverError)) throw error;
        return null;
    }
    const {definition, name} = machine;
    return definition && {name, pciAddresses: definition.pciAddresses, usb: usbOf(definition)};
}

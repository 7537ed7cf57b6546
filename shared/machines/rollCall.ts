// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {DomainState, StateAndReason} from '../libvirt/domainState.js';
import {askDomainStates} from '../libvirt/domainStates.js';
import {type Driver, driverById} from '../libvirt/drivers.js';
import {Connect} from '../libvirt/interfaces/connect.js';
import {
    DriverMissingError,
    LibvirtError,
    LibvirtUnreachableError,
    ServiceLostError,
} from '../libvirt/libvirtErrors.js';
import {LibvirtService} from '../libvirt/libvirtService.js';
import {uuidOfDomainPath} from '../libvirt/objectPath.js';
import type {BusKind} from '../platform/bus.js';
import {delay} from '../platform/clock.js';

/** The first call after a daemon was restarted fails while libvirt-dbus notices; the next one reopens. */
const PAUSES_MS = [100, 400];

/** A machine as it stood when the roll was called. */
export interface ListedMachine {
    /** Id of its host. */
    readonly host: string;
    readonly name: string;
    readonly state: DomainState;
    /** libvirt's word for why it is in that state. */
    readonly reason: string;
    /** Empty when it was not asked for. */
    readonly uuid: string;
}

/**
 * Asks which machines there are, once, and follows nothing: for a program that prints them and ends.
 *
 * `MachineList` is for all that stay.
 */
export class RollCall {
    readonly #services = new Map<BusKind, Promise<LibvirtService>>();

    /**
     * The machines of one host, sorted by name: one call, and one more for each machine when UUIDs are wanted.
     *
     * @param hostId id of a driver
     * @throws one of the classes of `libvirtErrors.ts`
     */
    async ask(hostId: string, {uuids = false} = {}): Promise<ListedMachine[]> {
        const driver = driverById(hostId);
        if (!driver) throw new DriverMissingError(`There is no driver ${hostId}`);
        const service = await this.#service(driver.bus);
        const states = await askStates(service, driver);
        const entries = [...states].map(([name, {state, reason}]) => ({
            key: GLib.utf8_collate_key_for_filename(name, -1),
            machine: {host: hostId, name, state, reason, uuid: ''},
        }));
        entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
        const machines: ListedMachine[] = entries.map(entry => entry.machine);
        if (!uuids) return machines;
        const named = await Promise.all(
            machines.map(async machine => {
                const uuid = await uuidOf(service, driver.path, machine.name);
                return uuid === null ? null : {...machine, uuid};
            }),
        );
        return named.filter(machine => machine !== null);
    }

    #service(kind: BusKind): Promise<LibvirtService> {
        let service = this.#services.get(kind);
        if (!service) {
            service = LibvirtService.open(kind);
            this.#services.set(kind, service);
        }
        return service;
    }
}

async function askStates(service: LibvirtService, driver: Driver): Promise<Map<string, StateAndReason>> {
    for (const pause of [...PAUSES_MS, null]) {
        try {
            return await askDomainStates(service, driver);
        } catch (error) {
            if (!(error instanceof LibvirtError || error instanceof ServiceLostError)) throw error;
            if (pause !== null) await delay(pause);
            else if (error instanceof ServiceLostError) throw error;
            else throw new LibvirtUnreachableError(error.message, driver.bus === 'system', {cause: error});
        }
    }
    throw new LibvirtUnreachableError(`${driver.id} was not asked`, driver.bus === 'system');
}

/** @returns null when the machine went while we asked */
async function uuidOf(service: LibvirtService, driverPath: string, name: string): Promise<string | null> {
    try {
        const [path] = await service.call(driverPath, Connect, 'DomainLookupByName', [name], 'query');
        return uuidOfDomainPath(path);
    } catch (error) {
        if (error instanceof LibvirtError) return null;
        throw error;
    }
}

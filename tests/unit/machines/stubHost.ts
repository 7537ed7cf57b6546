// SPDX-License-Identifier: GPL-3.0-or-later
import {driverById} from '../../../shared/libvirt/drivers.js';
import type {Host} from '../../../shared/libvirt/host.js';
import {LibvirtError} from '../../../shared/libvirt/libvirtErrors.js';
import {MachineList} from '../../../shared/machines/machineList.js';
import type {StateAndReason} from '../../../shared/libvirt/domainState.js';

/** A host without libvirt: paths are `/NAME`, and every call is refused. */
export class StubHost {
    readonly id = 'stub';
    readonly driver = driverById('test')!;
    state = 'ready';
    asking = true;
    serial = 0;
    refreshed = 0;
    /** What a domain says of its persistence. */
    persistent = (): Promise<boolean> => Promise.resolve(true);
    /** Names of paths that are not `/NAME`. */
    readonly names = new Map<string, string>();

    follow(): () => void {
        return () => undefined;
    }

    nameOf(path: string): Promise<string> {
        return Promise.resolve(this.names.get(path) ?? path.slice(1));
    }

    lookupDomain(): Promise<string> {
        return Promise.reject(new LibvirtError('Domain not found'));
    }

    refresh(): Promise<void> {
        this.refreshed++;
        return Promise.resolve();
    }

    verdict(error: unknown): Promise<unknown> {
        return Promise.resolve(error);
    }

    domain(): object {
        return {persistent: () => this.persistent()};
    }

    /** A list of machines on this host. */
    list(states: Record<string, StateAndReason['state']> = {}): MachineList {
        const list = new MachineList(this as unknown as Host);
        list.reconcile(domains(states), 0, true);
        return list;
    }
}

/** What a host hands on as all of its domains. */
export function domains(states: Record<string, StateAndReason['state']>): Map<string, StateAndReason> {
    return new Map(Object.entries(states).map(([name, state]) => [name, {state, reason: 'unknown'}]));
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type GLib from 'gi://GLib';

import {inTime} from '../platform/clock.js';
import {Connect} from './interfaces/connect.js';
import {NodeDevice} from './interfaces/nodeDevice.js';
import {StoragePool} from './interfaces/storagePool.js';
import {LibvirtError} from './libvirtErrors.js';
import type {LibvirtService} from './libvirtService.js';

/** virConnectListAllNodeDeviceFlags: kinds of devices of a host. */
export const DeviceKind = {PCI: 1 << 1, USB: 1 << 2, USB_INTERFACE: 1 << 3} as const;

/** virDomainStatsTypes: state, processor time, balloon, virtual processors, network interfaces, disks. */
const STATISTICS = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5);

/**
 * virConnectGetAllDomainStatsFlags: running machines only, and what of one would have to wait for a job that it is
 * busy with is left out.
 */
const RUNNING_NOWAIT = (1 << 0) | (1 << 29);

/** virConnectListAllNetworksFlags. */
const NETWORKS_ACTIVE = 1 << 1;
const NETWORKS_AUTOSTART = 1 << 4;

/** As many pools are looked at: a computer has one to three, and each costs two calls. */
const MOST_POOLS = 24;

/** libvirt looks into every QEMU that is installed when it is asked for the first time, which takes seconds. */
const HYPERVISOR_MS = 400;

/** A virtual network, as far as it matters to machines that are to start. */
export interface NetworkState {
    readonly active: boolean;
    /** Whether it is started with the computer. */
    readonly autostart: boolean;
}

/** A storage pool. */
export interface PoolState {
    readonly active: boolean;
    /** Whether it is started with the computer. */
    readonly autostart: boolean;
    /** Its XML, with the sizes as libvirt has read them last. */
    readonly xml: string;
}

/** Typed calls on one libvirt connection. All of them throw the classes of `libvirtErrors.ts`. */
export class ConnectionClient {
    constructor(
        private readonly service: LibvirtService,
        readonly path: string,
    ) {}

    /**
     * Defines a domain anew, or for the first time.
     *
     * @returns its object path
     */
    async defineDomain(xml: string): Promise<string> {
        const [path] = await this.service.call(this.path, Connect, 'DomainDefineXML', [xml], 'command');
        return path;
    }

    /**
     * The XML of devices of the host; one that goes meanwhile is left out.
     *
     * @param kinds of {@link DeviceKind}, added up
     */
    async nodeDevices(kinds: number): Promise<string[]> {
        const [paths] = await this.service.call(this.path, Connect, 'ListNodeDevices', [kinds], 'query');
        const read = async (path: string): Promise<string[]> => {
            try {
                return await this.service.call(path, NodeDevice, 'GetXMLDesc', [0], 'query');
            } catch (error) {
                if (error instanceof LibvirtError) return [];
                throw error;
            }
        };
        return (await Promise.all(paths.map(read))).flat();
    }

    /**
     * The version of libvirt, which is the daemon's, and of the hypervisor: major · 1,000,000 + minor · 1,000 +
     * release; null for what it does not tell, or not at once.
     */
    async versions(): Promise<{libvirt: number | null; hypervisor: number | null}> {
        const read = async (property: 'LibVersion' | 'Version'): Promise<number | null> => {
            try {
                const value = await this.service.getProperty(this.path, Connect.name, property);
                return typeof value === 'number' && value > 0 ? value : null;
            } catch (error) {
                if (error instanceof LibvirtError) return null;
                throw error;
            }
        };
        const [libvirt, hypervisor] = await Promise.all([
            read('LibVersion'),
            inTime(read('Version'), HYPERVISOR_MS, null),
        ]);
        return {libvirt, hypervisor};
    }

    /** One of the virtual networks, by four calls however many there are; null when there is none of that name. */
    async network(name: string): Promise<NetworkState | null> {
        const list = async (flags: number): Promise<string[]> =>
            (await this.service.call(this.path, Connect, 'ListNetworks', [flags], 'query'))[0];
        const [all, active, autostart] = await Promise.all([
            list(0),
            list(NETWORKS_ACTIVE),
            list(NETWORKS_AUTOSTART),
        ]);
        if (all.length === 0) return null;
        try {
            const [path] = await this.service.call(
                this.path,
                Connect,
                'NetworkLookupByName',
                [name],
                'query',
            );
            return {active: active.includes(path), autostart: autostart.includes(path)};
        } catch (error) {
            // It has just listed others.
            if (error instanceof LibvirtError) return null;
            throw error;
        }
    }

    /** The storage pools; one that goes meanwhile is left out. */
    async pools(): Promise<PoolState[]> {
        const [paths] = await this.service.call(this.path, Connect, 'ListStoragePools', [0], 'query');
        const read = async (path: string): Promise<PoolState[]> => {
            try {
                const [properties, [xml]] = await Promise.all([
                    this.service.getAllProperties(path, StoragePool.name),
                    this.service.call(path, StoragePool, 'GetXMLDesc', [0], 'query'),
                ]);
                return [
                    {active: properties['Active'] === true, autostart: properties['Autostart'] === true, xml},
                ];
            } catch (error) {
                if (error instanceof LibvirtError) return [];
                throw error;
            }
        };
        return (await Promise.all(paths.slice(0, MOST_POOLS).map(read))).flat();
    }

    /** The statistics of all running machines, of type `(a(sa{sv}))`; left packed, since they are large. */
    runningStatistics(): Promise<GLib.Variant> {
        return this.service.callPacked(
            this.path,
            Connect,
            'GetAllDomainStats',
            [STATISTICS, RUNNING_NOWAIT],
            'query',
        );
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type GLib from 'gi://GLib';

import {Connect} from './interfaces/connect.js';
import {NodeDevice} from './interfaces/nodeDevice.js';
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

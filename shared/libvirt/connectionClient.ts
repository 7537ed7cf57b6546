// SPDX-License-Identifier: GPL-3.0-or-later
import {Connect} from './interfaces/connect.js';
import {NodeDevice} from './interfaces/nodeDevice.js';
import {LibvirtError} from './libvirtErrors.js';
import type {LibvirtService} from './libvirtService.js';

/** virConnectListAllNodeDeviceFlags: kinds of devices of a host. */
export const DeviceKind = {PCI: 1 << 1, USB: 1 << 2, USB_INTERFACE: 1 << 3} as const;

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
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {METADATA_NAMESPACE, METADATA_PREFIX} from '../names.js';
import {type StateAndReason, stateFromNumbers} from './domainState.js';
import {Domain} from './interfaces/domain.js';
import {DomainSnapshot} from './interfaces/domainSnapshot.js';
import {LibvirtError} from './libvirtErrors.js';
import type {LibvirtService} from './libvirtService.js';

/** virDomainModificationImpact. */
const AFFECT_LIVE = 1;
const AFFECT_CONFIG = 2;

/** virDomainXMLFlags: with passwords, which would be lost else when it is defined anew; and as it is kept. */
const XML_SECURE = 1;
const XML_INACTIVE = 2;

/** virDomainDiskErrorCode. */
const DISK_ERROR_NO_SPACE = 2;

/** virDomainStatsTypes. */
export const StatisticsKind = {BALLOON: 1 << 2, BLOCK: 1 << 5} as const;
/** virConnectGetAllDomainStatsFlags. */
const STATS_NOWAIT = 1 << 29;

/** virDomainSnapshotListFlags: parents before their children. Without it they come in no order. */
const SNAPSHOTS_IN_ORDER = 1 << 10;

/** virDomainMetadataType. */
export const MetadataType = {DESCRIPTION: 0, TITLE: 1, ELEMENT: 2} as const;

/** virDomainInterfaceAddressesSource. */
export const AddressSource = {LEASE: 0, AGENT: 1, ARP: 2} as const;

/** A network card as the guest or the network sees it. */
export interface GuestInterface {
    /** Its hardware address. */
    readonly mac: string;
    /** Its IP addresses, without their prefix. */
    readonly addresses: readonly string[];
}

/** What libvirt-dbus tells of a domain in one call; what it could not give is null. */
export interface DomainProperties {
    readonly name: string | null;
    readonly uuid: string | null;
    readonly active: boolean | null;
    readonly persistent: boolean | null;
    readonly autostart: boolean | null;
}

/** What there is of a domain: a guest that runs, a definition that is kept. */
export interface Existence {
    readonly running: boolean;
    readonly kept: boolean;
}

/** Typed calls on one domain. All of them throw the classes of `libvirtErrors.ts`. */
export class DomainClient {
    constructor(
        private readonly service: LibvirtService,
        readonly path: string,
    ) {}

    async properties(): Promise<DomainProperties> {
        const all = await this.service.getAllProperties(this.path, Domain.name);
        const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
        const flag = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);
        return {
            name: text(all['Name']),
            uuid: text(all['UUID']),
            active: flag(all['Active']),
            persistent: flag(all['Persistent']),
            autostart: flag(all['Autostart']),
        };
    }

    async persistent(): Promise<boolean> {
        return (await this.service.getProperty(this.path, Domain.name, 'Persistent')) === true;
    }

    async setAutostart(autostart: boolean): Promise<void> {
        await this.service.setProperty(this.path, Domain.name, 'Autostart', new GLib.Variant('b', autostart));
    }

    async state(): Promise<StateAndReason> {
        const [[state, reason]] = await this.service.call(this.path, Domain, 'GetState', [0], 'query');
        return stateFromNumbers(state, reason);
    }

    /** The domain XML: as it runs, or as it is kept, when it does not. */
    async xml(): Promise<string> {
        const [xml] = await this.service.call(this.path, Domain, 'GetXMLDesc', [0], 'query');
        return xml;
    }

    /** The domain XML as it is kept, whether it runs or not, without passwords: to be looked at. */
    async nextXml(): Promise<string> {
        const [xml] = await this.service.call(this.path, Domain, 'GetXMLDesc', [XML_INACTIVE], 'query');
        return xml;
    }

    /** The same with its passwords, which takes more rights: what may be changed and defined again. */
    async keptXml(): Promise<string> {
        const flags = XML_SECURE | XML_INACTIVE;
        const [xml] = await this.service.call(this.path, Domain, 'GetXMLDesc', [flags], 'query');
        return xml;
    }

    /** The XML of its snapshots, the last so many of a row of them; one that goes meanwhile is left out. */
    async snapshots(most: number): Promise<string[]> {
        const [paths] = await this.service.call(
            this.path,
            Domain,
            'ListDomainSnapshots',
            [SNAPSHOTS_IN_ORDER],
            'query',
        );
        const ask = async (path: string): Promise<string[]> => {
            try {
                return await this.service.call(path, DomainSnapshot, 'GetXMLDesc', [0], 'query');
            } catch (error) {
                if (error instanceof LibvirtError) return [];
                throw error;
            }
        };
        return (await Promise.all(paths.slice(-most).map(ask))).flat();
    }

    /** Gives a device to the running guest, to the definition that is kept, or to both. */
    async attachDevice(xml: string, where: Existence): Promise<void> {
        await this.service.call(this.path, Domain, 'AttachDevice', [xml, impactOn(where)], 'command');
    }

    /** Takes a device away, likewise. A running guest may take its time, or not let go at all. */
    async detachDevice(xml: string, where: Existence): Promise<void> {
        await this.service.call(this.path, Domain, 'DetachDevice', [xml, impactOn(where)], 'command');
    }

    async create(): Promise<void> {
        await this.service.call(this.path, Domain, 'Create', [0], 'start');
    }

    /** Asks the guest to shut down, by its agent or the power button, and returns at once. */
    async shutdown(): Promise<void> {
        await this.service.call(this.path, Domain, 'Shutdown', [0], 'command');
    }

    async reboot(): Promise<void> {
        await this.service.call(this.path, Domain, 'Reboot', [0], 'command');
    }

    async reset(): Promise<void> {
        await this.service.call(this.path, Domain, 'Reset', [0], 'command');
    }

    async suspend(): Promise<void> {
        await this.service.call(this.path, Domain, 'Suspend', [], 'command');
    }

    async resume(): Promise<void> {
        await this.service.call(this.path, Domain, 'Resume', [], 'command');
    }

    async destroy(): Promise<void> {
        await this.service.call(this.path, Domain, 'Destroy', [0], 'command');
    }

    async managedSave(): Promise<void> {
        await this.service.call(this.path, Domain, 'ManagedSave', [0], 'save');
    }

    /** Ends the job that runs on the domain, e.g. a save. */
    async abortJob(): Promise<void> {
        await this.service.call(this.path, Domain, 'AbortJob', [], 'command');
    }

    async wake(): Promise<void> {
        await this.service.call(this.path, Domain, 'PMWakeup', [0], 'command');
    }

    /**
     * Asks the guest agent for the time, which the oldest of them can tell: who answers is there.
     *
     * @throws LibvirtError when none answers; libvirt gives it five seconds
     */
    async askAgent(): Promise<void> {
        await this.service.call(this.path, Domain, 'GetTime', [0], 'command');
    }

    /**
     * The guest's clock, in milliseconds since 1970, as its agent tells.
     *
     * @throws LibvirtError when there is none, NoAnswerError when it does not answer in its time
     */
    async guestTime(): Promise<number> {
        const [[seconds, nanoseconds]] = await this.service.call(this.path, Domain, 'GetTime', [0], 'agent');
        return seconds * 1000 + nanoseconds / 1e6;
    }

    /** The disks that QEMU met an error on: their names in the guest, and whether there was no space left. */
    async diskErrors(): Promise<{target: string; noSpace: boolean}[]> {
        const [errors] = await this.service.call(this.path, Domain, 'GetDiskErrors', [0], 'query');
        return errors.map(([target, error]) => ({target, noSpace: error === DISK_ERROR_NO_SPACE}));
    }

    /**
     * Statistics by their names, without what would have to wait for a job that the machine is busy with.
     *
     * @param kinds of {@link StatisticsKind}, added up
     */
    async statistics(kinds: number): Promise<Readonly<Record<string, unknown>>> {
        const [all] = await this.service.call(this.path, Domain, 'GetStats', [kinds, STATS_NOWAIT], 'query');
        return all;
    }

    /**
     * The guest's addresses.
     *
     * @param source one of {@link AddressSource}
     * @throws LibvirtError when this source knows nothing of this machine
     */
    async interfaceAddresses(source: number): Promise<GuestInterface[]> {
        const kind = source === AddressSource.AGENT ? 'command' : 'query';
        const [cards] = await this.service.call(this.path, Domain, 'InterfaceAddresses', [source, 0], kind);
        return cards.map(([, mac, addresses]) => ({mac, addresses: addresses.map(([, address]) => address)}));
    }

    /**
     * Handover's own metadata element, or null when the machine has none.
     *
     * libvirt answers "no such metadata" with an error like any other, so one that comes from libvirt itself
     * is taken for that.
     */
    async metadata(): Promise<string | null> {
        try {
            const [element] = await this.service.call(
                this.path,
                Domain,
                'GetMetadata',
                [MetadataType.ELEMENT, METADATA_NAMESPACE, 0],
                'query',
            );
            return element;
        } catch (error) {
            if (error instanceof LibvirtError) return null;
            throw error;
        }
    }

    /** Writes Handover's metadata element, in the definition and in the running machine, as far as there are. */
    async setMetadata(element: string, where: Existence): Promise<void> {
        await this.#set(MetadataType.ELEMENT, element, METADATA_PREFIX, METADATA_NAMESPACE, where);
    }

    async setTitle(title: string, where: Existence): Promise<void> {
        await this.#set(MetadataType.TITLE, title, '', '', where);
    }

    async setDescription(description: string, where: Existence): Promise<void> {
        await this.#set(MetadataType.DESCRIPTION, description, '', '', where);
    }

    async #set(type: number, value: string, key: string, uri: string, where: Existence): Promise<void> {
        const flags = impactOn(where);
        await this.service.call(this.path, Domain, 'SetMetadata', [type, value, key, uri, flags], 'command');
    }
}

function impactOn({running, kept}: Existence): number {
    return (kept ? AFFECT_CONFIG : 0) | (running ? AFFECT_LIVE : 0);
}

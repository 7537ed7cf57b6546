// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../definition/definition.js';
import {DefinitionError} from '../definition/definitionError.js';
import type {MachineMetadata} from '../definition/metadata.js';
import type {DomainClient, DomainProperties} from '../libvirt/domainClient.js';
import {HandoverError} from '../platform/errors.js';

/**
 * Longest domain XML that is read, in UTF-16 code units: four hundred disks fit in. Others may write any amount into
 * a machine's metadata, and the Shell must not stand still for it.
 */
const LONGEST_XML = 512 * 1024;

/** @throws DefinitionError for domain XML that is too long to be read */
export function checkLength(xml: string): void {
    if (xml.length > LONGEST_XML) throw new DefinitionError(`Its XML has ${xml.length} characters`);
}

/** What is read of a machine when somebody looks at it, and read again when it may have changed. */
export class MachineDetails {
    #definition: Definition | null = null;
    #metadata: MachineMetadata = {
        shortName: null,
        shutdownDeadlineSeconds: null,
        ready: null,
        client: null,
    };
    #loading: Promise<void> | null = null;
    #stale = false;

    /**
     * @param client gives the calls on the machine
     * @param loaded is told each time that it was read
     */
    constructor(
        private readonly client: () => Promise<DomainClient>,
        private readonly loaded: (properties: DomainProperties) => Promise<void>,
    ) {}

    /** The domain XML, parsed; null until it was read. */
    get definition(): Definition | null {
        return this.#definition;
    }

    /** What Handover itself keeps in the machine's libvirt metadata. */
    get metadata(): MachineMetadata {
        return this.#metadata;
    }

    /** Reads it, unless it is there and fresh. @throws what the calls failed with */
    async load(): Promise<void> {
        if (this.#definition && !this.#stale) return;
        this.#loading ??= this.#loadUntilFresh().finally(() => (this.#loading = null));
        await this.#loading;
    }

    /** Says that it may be out of date; it is read again if it was in use. */
    invalidate(): void {
        this.#stale = true;
        if (!this.#definition) return;
        this.load().catch((error: unknown) => {
            // It stays stale, so that who looks next reads it again and is told.
            if (!(error instanceof HandoverError)) throw error;
        });
    }

    /** What changes while it is read is read again. */
    async #loadUntilFresh(): Promise<void> {
        do {
            this.#stale = false;
            try {
                await this.#read();
            } catch (error) {
                this.#stale = true;
                throw error;
            }
        } while (this.#stale);
    }

    async #read(): Promise<void> {
        const client = await this.client();
        // Most machines are only listed: the XML parser is loaded when the first one is looked at.
        const {Definition} = await import('../definition/definition.js');
        const [properties, xml] = await Promise.all([client.properties(), client.xml()]);
        checkLength(xml);
        this.#definition = Definition.parse(xml);
        this.#metadata = this.#definition.metadata.metadata;
        await this.loaded(properties);
    }
}

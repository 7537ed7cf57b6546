// SPDX-License-Identifier: GPL-3.0-or-later
import type {Followed} from './followed.js';
import type {Gpu} from './gpu.js';
import {GpuList} from './gpuList.js';
import {resolveCard} from './cardIdentity.js';
import {RecordFolder} from './handover/recordFiles.js';
import type {RecordedHandover} from './handover/undoRecord.js';
import {type Here, here} from './here.js';
import type {HolderReport} from './holders/holders.js';
import type {KernelEvents} from './kernelEvents.js';
import {type ClaimingHosts, MachineClaims} from './machineClaims.js';
import type {Claim} from './owner.js';
import {functionPath} from './pciFunction.js';
import type {SysRoot} from './sysRoot.js';
import {exists} from '../platform/files.js';

/**
 * What machines have of cards, from when it matters on: a computer with a single card, which Linux has, reads no
 * definition at all.
 */
class ClaimsOnceNeeded implements Followed<Claim> {
    readonly #listeners = new Set<() => void>();
    #claims: MachineClaims | null = null;

    get current(): readonly Claim[] {
        return this.#claims?.current ?? [];
    }

    follow(changed: () => void): () => void {
        this.#listeners.add(changed);
        return () => this.#listeners.delete(changed);
    }

    begin(hosts: ClaimingHosts): void {
        if (this.#claims) return;
        this.#claims = new MachineClaims(hosts);
        this.#claims.follow(() => {
            for (const listener of this.#listeners) listener();
        });
        if (this.current.length > 0) for (const listener of this.#listeners) listener();
    }

    async whenRead(): Promise<void> {
        await this.#claims?.whenRead();
    }

    async includeStopped(): Promise<void> {
        await this.#claims?.includeStopped();
    }

    close(): void {
        this.#claims?.close();
        this.#listeners.clear();
    }
}

/** The cards of this machine with all that tells of them: the kernel, the machines, the helper's records. */
export class FollowedCards {
    readonly list: GpuList;
    readonly #claims = new ClaimsOnceNeeded();
    readonly #records: RecordFolder;
    readonly #handlers: number[];

    /** Follows what is there until `close()`. */
    static async open(hosts: ClaimingHosts): Promise<FollowedCards> {
        const place = here();
        return new FollowedCards(hosts, place, await place.openEvents());
    }

    /** @param events null for a single look */
    constructor(
        hosts: ClaimingHosts,
        private readonly place: Here = here(),
        events: KernelEvents | null = null,
    ) {
        const {root} = place;
        this.#records = new RecordFolder(root);
        this.list = new GpuList({root, events, claims: this.#claims, handovers: this.#records});
        const look = (): void => {
            const {gpus} = this.list;
            if (gpus.length > 1 || gpus.some(({ownerKind}) => ownerKind !== 'linux'))
                this.#claims.begin(hosts);
        };
        this.#handlers = [this.list.connect('items-changed', look), this.list.connect('changed', look)];
    }

    /** Reads everything once: the cards, and what the running machines have of them. */
    async lookOnce(): Promise<readonly Gpu[]> {
        await this.list.refresh();
        const before = this.#claims.current;
        await this.#claims.whenRead();
        const {current} = this.#claims;
        if (current.length > 0 || current !== before) await this.list.refresh();
        return this.list.gpus;
    }

    /** Reads the definitions of machines that are off, too, to know who else wants a card. */
    async includeStopped(): Promise<void> {
        await this.#claims.includeStopped();
    }

    /** The helper's record of a handover of this card, as it was read last; null when there is none. */
    recordOf(gpu: Gpu): RecordedHandover | null {
        return this.#records.current.find(({card}) => resolveCard([gpu.facts], card).found !== null) ?? null;
    }

    /** Whether there is any PCI function at an address of this machine now. */
    hasFunction(address: string): boolean {
        return exists(functionPath(this.place.root, address));
    }

    /** Where this machine's facts are read. */
    get root(): SysRoot {
        return this.place.root;
    }

    /** Looks now for who and what keeps a card busy, as far as this user can see. */
    async findHolders(gpu: Gpu): Promise<HolderReport> {
        // Only who looks at holders loads what finds them.
        const {findHolders} = await import('./holders/holders.js');
        return findHolders(this.place.root, gpu.facts, this.place.holderOptions);
    }

    close(): void {
        for (const handler of this.#handlers.splice(0)) this.list.disconnect(handler);
        this.list.close();
        this.#claims.close();
        this.#records.close();
    }
}

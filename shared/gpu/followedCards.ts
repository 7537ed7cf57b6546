// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from './gpu.js';
import {GpuList} from './gpuList.js';
import {RecordFolder} from './handover/recordFiles.js';
import {type Here, here} from './here.js';
import type {HolderReport} from './holders/holders.js';
import type {KernelEvents} from './kernelEvents.js';
import {type ClaimingHosts, MachineClaims} from './machineClaims.js';

/** The cards of this machine with all that tells of them: the kernel, the machines, the helper's records. */
export class FollowedCards {
    readonly list: GpuList;
    readonly claims: MachineClaims;
    readonly #records: RecordFolder;

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
        this.claims = new MachineClaims(hosts);
        this.list = new GpuList({root, events, claims: this.claims, handovers: this.#records});
    }

    /** Looks now for who and what keeps a card busy, as far as this user can see. */
    async findHolders(gpu: Gpu): Promise<HolderReport> {
        // Only who looks at holders loads what finds them.
        const {findHolders} = await import('./holders/holders.js');
        return findHolders(this.place.root, gpu.facts, this.place.holderOptions);
    }

    close(): void {
        this.list.close();
        this.claims.close();
        this.#records.close();
    }
}

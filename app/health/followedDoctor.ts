// SPDX-License-Identifier: GPL-3.0-or-later
import {doctorHere} from '../../shared/health/doctor/doctorHere.js';
import {DoctorList} from '../../shared/health/doctor/doctorList.js';
import type {Finding} from '../../shared/health/finding.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {AppCards} from '../gpu/appCards.js';

/**
 * The doctor's findings for something that is on the screen now and then: what changes is followed while it is, and
 * nothing is while it is not. What was found last stays until there is something newer.
 */
export class FollowedDoctor {
    #list: DoctorList | null = null;
    #findings: readonly Finding[] = [];
    #looked = false;
    /** Whether the list that is open now has looked at everything once. */
    #current = false;
    #opening = false;

    /** @param changed called when the findings, or whether it looks, may be others */
    constructor(
        private readonly hosts: HostList,
        private readonly cards: AppCards,
        private readonly changed: () => void,
    ) {}

    /** In the order of the questions. */
    get findings(): readonly Finding[] {
        return this.#findings;
    }

    /** Whether everything was looked at, once at least. */
    get looked(): boolean {
        return this.#looked;
    }

    get looking(): boolean {
        return this.#opening || (this.#list?.looking ?? false);
    }

    /** Looks, and follows what changes. */
    open(): void {
        if (this.#list || this.#opening) return;
        this.#opening = true;
        this.#begin().catch((error: unknown) => console.error(error));
    }

    /** Looks at everything again. */
    look(): void {
        void this.#list?.look();
    }

    /** Follows no more. */
    close(): void {
        this.#opening = false;
        this.#current = false;
        this.#list?.close();
        this.#list = null;
    }

    async #begin(): Promise<void> {
        const cards = await this.cards.open().then(
            services => services.cards.list,
            // Without them the doctor says what is wrong with cards, and is not told when that changes.
            () => null,
        );
        if (!this.#opening) return;
        const list = new DoctorList(doctorHere(this.hosts), this.hosts, cards);
        this.#list = list;
        this.#opening = false;
        list.onChanged(() => this.#take());
        const looked = list.look();
        this.changed();
        await looked;
        if (this.#list !== list) return;
        this.#current = this.#looked = true;
        this.#take();
    }

    #take(): void {
        if (this.#current && this.#list) this.#findings = this.#list.findings;
        this.changed();
    }
}

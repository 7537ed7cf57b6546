// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {DoctorList} from '../shared/health/doctor/doctorList.js';
import type {Finding} from '../shared/health/finding.js';
import type {HostList} from '../shared/hosts/hostList.js';
import {monotonicMs} from '../shared/platform/clock.js';
import {Disposer} from './disposer.js';
import {loadInSteps} from './inSteps.js';
import type {PanelCards} from './panelCards.js';

/**
 * What the menu tells of: what goes wrong with machines and cards that are in use, and that somebody can mend.
 *
 * Not asked are what only concerns who sets a card up, what the menu says anyway (libvirt that cannot be reached, a
 * card that does not come back), and what would take the definitions of all machines, the helper, which is started for
 * it, or a walk through all processes to answer.
 */
const QUESTIONS = ['kvm', 'pools', 'card-split', 'slept-while-lent'] as const;

/** The menu opens first, and who closes it at once wanted to know nothing. */
const LATER_MS = 400;
/** What no signal tells of is looked at again when the menu opens after this time (ms). */
const FRESH_MS = 60_000;

/** What the doctor finds, as far as it is asked while the menu is open. */
export class PanelDoctor {
    readonly #disposer = new Disposer();
    readonly #listeners = new Set<() => void>();
    #list: DoctorList | null = null;
    #opening: Promise<void> | null = null;
    #timer = 0;
    #watching = false;
    #lookedMs = -Infinity;
    #disposed = false;

    constructor(
        private readonly hosts: HostList,
        private readonly cards: PanelCards,
    ) {}

    /** What needs somebody, as it was when it was looked at last. */
    get findings(): Finding[] {
        return (this.#list?.findings ?? []).filter(
            ({id, status, severity}) =>
                status === 'failed' && severity !== 'advice' && (id !== 'kvm' || this.#usesKvm),
        );
    }

    /** Calls back when something else may have been found. @returns a function that ends it */
    onChanged(listener: () => void): () => void {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
    }

    /** Somebody looks. */
    watch(): void {
        if (this.#watching || this.#disposed) return;
        this.#watching = true;
        this.#timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT_IDLE, LATER_MS, () => {
            this.#timer = 0;
            this.#look().catch((error: unknown) => console.error(error));
            return GLib.SOURCE_REMOVE;
        });
    }

    /** Nobody looks any more. */
    unwatch(): void {
        this.#watching = false;
        if (this.#timer !== 0) GLib.Source.remove(this.#timer);
        this.#timer = 0;
        this.#list?.rest();
    }

    dispose(): void {
        this.#disposed = true;
        this.unwatch();
        this.#listeners.clear();
        this.#disposer.dispose();
        this.#list = null;
    }

    get #usesKvm(): boolean {
        return this.hosts.lists.some(({host}) => host.driver.uri.startsWith('qemu:'));
    }

    async #look(): Promise<void> {
        await (this.#opening ??= this.#open());
        if (!this.#watching || !this.#list) return;
        if (monotonicMs() - this.#lookedMs < FRESH_MS) {
            this.#list.wake();
            return;
        }
        this.#lookedMs = monotonicMs();
        await this.#list.look();
    }

    async #open(): Promise<void> {
        await loadInSteps('doctor');
        const [{doctorHere, DoctorList}, opened] = await Promise.all([
            import('./doctorParts.js'),
            this.cards.open(),
        ]);
        if (this.#disposed) return;
        const list = new DoctorList(
            doctorHere(this.hosts),
            this.hosts,
            opened?.cards.list ?? null,
            QUESTIONS,
        );
        this.#disposer.add(() => list.close());
        list.onChanged(() => {
            for (const listener of [...this.#listeners]) listener();
        });
        this.#list = list;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {HostList} from '../../hosts/hostList.js';
import type {GpuList} from '../../gpu/gpuList.js';
import type {Finding} from '../finding.js';
import type {Topic} from './check.js';
import {ALL_QUESTIONS, examine, questionsFor} from './doctor.js';
import type {DoctorPorts} from './ports.js';
import {followTopics} from './topics.js';

/** One change brings several signals: they are answered by one look (ms). */
const SETTLING_MS = 250;

/**
 * What the doctor has found, kept true: it looks once when it is told to, and from then on again at what a signal says
 * may be another. It never looks of its own accord.
 */
export class DoctorList {
    readonly #found = new Map<string, readonly Finding[]>();
    readonly #listeners = new Set<() => void>();
    /** What is to be looked at next; null for everything. */
    #due: Set<Topic> | null = new Set();
    #looking: Promise<void> | null = null;
    #timer = 0;
    #idle = 0;
    #unfollow: (() => void) | null = null;
    #closed = false;
    #resting = false;
    /** Of the others nothing changes that is asked. */
    readonly #topics: ReadonlySet<Topic>;

    /**
     * @param hosts whose machines and connections tell of changes
     * @param cards the cards that tell of changes; null where none are followed
     * @param ids asks only these questions; all of them unless told
     */
    constructor(
        private readonly ports: DoctorPorts,
        private readonly hosts: HostList,
        private readonly cards: GpuList | null = null,
        private readonly ids?: readonly string[],
    ) {
        this.#topics = new Set(questionsFor({ids}).flatMap(({changesWith}) => changesWith));
    }

    /** In the order of the questions; empty before the first look. */
    get findings(): readonly Finding[] {
        return ALL_QUESTIONS.flatMap(({id}) => this.#found.get(id) ?? []);
    }

    /** Whether it looks at this moment. */
    get looking(): boolean {
        return this.#looking !== null;
    }

    /** Looks at everything; from the first time on changes are followed. Resolves when that is done. */
    async look(): Promise<void> {
        if (this.#closed) return;
        this.#resting = false;
        this.#follow();
        this.#due = null;
        this.#settle();
        await this.#begin();
    }

    /** Nobody sees what is found: what signals say is noted, and looked at with the next {@link wake}. */
    rest(): void {
        this.#resting = true;
        this.#settle();
    }

    /** Somebody sees it again. */
    wake(): void {
        this.#resting = false;
        if (!this.#closed && this.#due?.size !== 0 && this.#unfollow) void this.#begin();
    }

    /** @returns a function that ends it */
    onChanged(callback: () => void): () => void {
        this.#listeners.add(callback);
        return () => this.#listeners.delete(callback);
    }

    /** Ends everything, at once. */
    close(): void {
        this.#closed = true;
        this.#settle();
        if (this.#idle) GLib.Source.remove(this.#idle);
        this.#idle = 0;
        this.#unfollow?.();
        this.#unfollow = null;
        this.#listeners.clear();
    }

    #follow(): void {
        this.#unfollow ??= followTopics(this.ports.root, this.hosts, this.cards, {
            turned: topic => this.#turn(topic),
            looking: () => this.looking,
        });
    }

    /** Something may be another now. */
    #turn(topic: Topic): void {
        if (this.#closed || !this.#topics.has(topic)) return;
        this.#due?.add(topic);
        if (this.#resting || this.#timer || this.#looking) return;
        this.#timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, SETTLING_MS, () => {
            this.#timer = 0;
            void this.#begin();
            return GLib.SOURCE_REMOVE;
        });
    }

    #settle(): void {
        if (this.#timer) GLib.Source.remove(this.#timer);
        this.#timer = 0;
    }

    #begin(): Promise<void> {
        this.#looking ??= this.#lookUntilNothingIsDue().finally(() => {
            this.#looking = null;
            this.#tell();
        });
        return this.#looking;
    }

    async #lookUntilNothingIsDue(): Promise<void> {
        this.#tell();
        while (!this.#closed && !this.#resting && (this.#due === null || this.#due.size > 0)) {
            const changed = this.#due && [...this.#due];
            this.#due = new Set();
            await this.#lookAt(changed ?? undefined);
        }
    }

    async #lookAt(changed: readonly Topic[] | undefined): Promise<void> {
        await examine(this.ports, {
            ids: this.ids,
            changed,
            told: (id, findings) => {
                if (this.#closed) return;
                this.#found.set(id, findings);
                this.#tell();
            },
        });
    }

    /** Answers come by the dozen: who follows is told once for all that came in one turn. */
    #tell(): void {
        if (this.#closed) return;
        this.#idle ||= GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            this.#idle = 0;
            for (const listener of [...this.#listeners]) listener();
            return GLib.SOURCE_REMOVE;
        });
    }
}

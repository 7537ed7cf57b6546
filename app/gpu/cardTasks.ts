// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {Operation} from '../../shared/operations/operation.js';
import {CancelledError} from '../../shared/platform/errors.js';

/** What can be done with a card here. */
export type CardTaskKind = 'take' | 'return' | 'force-back' | 'close';

/** What is being done with each card, and what of it went wrong last. It outlives the page that began it. */
export class CardTasks {
    readonly #running = new Map<Gpu, Operation<CardTaskKind>>();
    readonly #failures = new Map<Gpu, unknown>();
    readonly #listeners = new Set<(gpu: Gpu) => void>();

    operationOf(gpu: Gpu): Operation<CardTaskKind> | null {
        return this.#running.get(gpu) ?? null;
    }

    /** What the last task failed with; null when it did not. */
    failureOf(gpu: Gpu): unknown {
        return this.#failures.get(gpu) ?? null;
    }

    /** A person has seen it, or the card is elsewhere by now. */
    dismiss(gpu: Gpu): void {
        if (this.#failures.delete(gpu)) this.#tell(gpu);
    }

    /** Follows all cards; returns a function that ends it. */
    follow(changed: (gpu: Gpu) => void): () => void {
        this.#listeners.add(changed);
        return () => void this.#listeners.delete(changed);
    }

    /**
     * Does something with a card. One thing at a time: what comes while another runs waits for nobody and is left.
     *
     * @returns whether it was done; false when it failed, was called off, or something else is under way
     */
    async run(gpu: Gpu, begin: () => Operation<CardTaskKind>): Promise<boolean> {
        if (this.#running.has(gpu)) return false;
        const operation = begin();
        this.#running.set(gpu, operation);
        this.#failures.delete(gpu);
        this.#tell(gpu);
        try {
            await operation.finished();
            return true;
        } catch (error) {
            if (!(error instanceof CancelledError)) this.#failures.set(gpu, error);
            return false;
        } finally {
            this.#running.delete(gpu);
            this.#tell(gpu);
        }
    }

    #tell(gpu: Gpu): void {
        for (const listener of [...this.#listeners]) listener(gpu);
    }
}

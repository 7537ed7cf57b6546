// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';

import type {FollowedCards} from '../gpu/followedCards.js';
import type {Gpu} from '../gpu/gpu.js';
import {monotonicMs} from '../platform/clock.js';
import {type CardMover, runReturn} from './cardMoves.js';
import {ChangeWatch, type Follow} from './changeWatch.js';
import {nameCard} from './helperAnswers.js';
import {CardBusyError, CardNotBackError, CardStuckError, HelperDeniedError} from './lendingErrors.js';

/** How long a card may take to be back. */
export const BACK_MS = 30_000;
/** The guard has asked for the return when the machine is off; it has begun after this time, or it will not. */
const HOOK_MS = 1_000;
/** Where nothing tells of changes, somebody who waits looks himself. */
const LOOK_MS = 2_000;

export interface BringBackOptions {
    /** `HOST/NAME` of the machine that had the cards: what still says that it has them is not up to date. */
    readonly machine: string;
    readonly helper: CardMover | null;
    /** Whether the guard hook asks for the return by itself; null when nobody can tell. */
    readonly guarded: boolean | null;
    readonly cancellable: Gio.Cancellable;
    readonly deadlineMs?: number;
}

/**
 * Waits until cards are where they were before their machine had them, and sees to it that they get there.
 *
 * A card that the helper has a record of comes back to Linux: by the guard's doing, else by ours. One without a
 * record was with vfio before, or is given back by libvirt itself (`managed='yes'`), and is only waited for.
 *
 * @throws CardNotBackError, CardStuckError, CancelledError, or what the helper's return failed with
 */
export async function bringBack(
    cards: FollowedCards,
    gpus: readonly Gpu[],
    {machine, helper, guarded, cancellable, deadlineMs = BACK_MS}: BringBackOptions,
): Promise<void> {
    const begun = monotonicMs();
    const askAt = begun + (guarded === false ? 0 : HOOK_MS);
    const seen = new Set<string>();
    const watch = new ChangeWatch([
        changesOf(cards),
        ...(helper ? [movesOf(helper, address => seen.add(address))] : []),
    ]);
    const asked = new Set<Gpu>();
    let denied: HelperDeniedError | null = null;
    try {
        for (;;) {
            await cards.list.refresh();
            const missing = gpus.filter(gpu => !isBack(cards, gpu, machine));
            const [first] = missing;
            if (!first) return;
            const now = monotonicMs();
            const waiting = missing.find(
                gpu => !asked.has(gpu) && !seen.has(gpu.address) && cards.recordOf(gpu)?.phase === 'lent',
            );
            if (helper && waiting && now >= askAt) {
                asked.add(waiting);
                denied ??= await askFor(waiting, helper);
                // Nobody else will ask for it.
                if (denied && guarded === false) throw denied;
                continue;
            }
            const left = begun + deadlineMs - now;
            if (left <= 0)
                throw (
                    denied ?? new CardNotBackError(nameCard(first), 'return', `not within ${deadlineMs} ms`)
                );
            const untilAsking = helper && waiting ? Math.max(0, askAt - now) : LOOK_MS;
            await watch.next(Math.min(untilAsking, LOOK_MS, left), cancellable);
        }
    } finally {
        watch.close();
    }
}

/**
 * Another return may have begun meanwhile, which does as well; and who may not ask for one may still see the guard's.
 *
 * @returns that we may not
 */
async function askFor(gpu: Gpu, helper: CardMover): Promise<HelperDeniedError | null> {
    try {
        await runReturn(gpu, helper);
    } catch (error) {
        if (error instanceof HelperDeniedError) return error;
        if (!(error instanceof CardBusyError)) throw error;
    }
    return null;
}

/** @throws CardStuckError, CardNotBackError when it will not come any more by itself */
function isBack(cards: FollowedCards, gpu: Gpu, machine: string): boolean {
    const {owner} = gpu;
    switch (owner.kind) {
        case 'linux':
            return true;
        case 'machine':
            // When another machine was quicker there is nothing to wait for.
            return owner.machine !== machine;
        case 'vfio':
        case 'nobody':
            return cards.recordOf(gpu) === null;
        case 'between':
            if (owner.handover?.phase === 'stuck')
                throw new CardStuckError(nameCard(gpu), owner.handover.step, []);
            if (owner.handover?.phase === 'failed')
                throw new CardNotBackError(nameCard(gpu), 'rescan', owner.handover.problem ?? '');
            return false;
    }
}

/** What is known of the cards changes. */
export function changesOf({list}: FollowedCards): Follow {
    return changed => {
        const handlers = [list.connect('changed', changed), list.connect('items-changed', changed)];
        return () => {
            for (const handler of handlers) list.disconnect(handler);
        };
    };
}

/** The helper moves a card. */
export function movesOf(
    helper: Pick<CardMover, 'follow'>,
    moved: (address: string) => void = () => undefined,
): Follow {
    return changed =>
        helper.follow(
            ({address}) => {
                moved(address);
                changed();
            },
            address => {
                moved(address);
                changed();
            },
        );
}

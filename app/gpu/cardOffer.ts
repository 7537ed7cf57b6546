// SPDX-License-Identifier: GPL-3.0-or-later
// What the page offers to do with a card, from who has it.
import type {Rung} from '../../shared/gpu/handover/forceBack.js';
import type {RecordedHandover} from '../../shared/gpu/handover/undoRecord.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import {CardMoveFailedError, CardNotBackError, CardStuckError} from '../../shared/lending/lendingErrors.js';
import {stepLabel} from '../../shared/lending/words.js';
import {_, fill} from '../../shared/platform/i18n.js';

/** The button of a card, and a sentence beneath it. */
export interface CardOffer {
    readonly action: 'take' | 'return' | 'force-back' | 'show-machine' | null;
    /** Why there is nothing to press, or what the button waits for; empty where it goes without saying. */
    readonly hint: string;
}

/**
 * @param lendable whether somebody may want to lend it; the desktop's own card is not
 * @param failure what was done last and failed; null when it did not
 */
export function cardOffer(gpu: Pick<Gpu, 'owner'>, lendable: boolean, failure: unknown): CardOffer {
    const {owner} = gpu;
    if (failure instanceof CardStuckError) return {action: null, hint: restartSentence()};
    const failedReturn =
        failure instanceof CardNotBackError ||
        (failure instanceof CardMoveFailedError && failure.direction === 'return');
    if (failedReturn && owner.kind !== 'linux') return {action: 'force-back', hint: ''};
    switch (owner.kind) {
        case 'linux':
            return {action: lendable ? 'take' : null, hint: ''};
        case 'vfio':
        case 'nobody':
            return {action: 'return', hint: ''};
        case 'machine':
            return {
                action: 'show-machine',
                hint: fill(_('It comes back to Linux when {machine} is shut down.'), {machine: owner.name}),
            };
        case 'between':
            if (owner.handover) return unfinished(owner.handover);
            return owner.machine === null ? {action: 'return', hint: ''} : {action: null, hint: ''};
    }
}

function unfinished({phase, step}: RecordedHandover): CardOffer {
    switch (phase) {
        case 'moving':
            return {action: null, hint: stepLabel(step)};
        case 'stuck':
            return {action: null, hint: restartSentence()};
        case 'failed':
            return {action: 'force-back', hint: ''};
        case 'lent':
            return {action: 'return', hint: ''};
    }
}

function restartSentence(): string {
    return _(
        'Nothing more is tried, because that could hang the computer. Save your work, shut your machines down and restart the computer.',
    );
}

/** The rung of the ladder that is next. A plain return that failed has been the first. */
export function nextRung(failure: unknown): Rung | 'reboot' {
    if (failure instanceof CardNotBackError) return failure.next;
    return failure instanceof CardMoveFailedError && failure.direction === 'return' ? 'rescan' : 'return';
}

/** What the button says. */
export function offerLabel(action: NonNullable<CardOffer['action']>, machine: string): string {
    switch (action) {
        case 'take':
            return _('Take for a machine');
        case 'return':
            return _('Return to Linux');
        case 'force-back':
            return _('Force back…');
        case 'show-machine':
            return fill(_('Show {machine}'), {machine});
    }
}

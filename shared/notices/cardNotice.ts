// SPDX-License-Identifier: GPL-3.0-or-later
// What to notify of about cards, in the same words from the panel and from the app.
import type {Gpu} from '../gpu/gpu.js';
import {shortCardName} from '../gpu/words.js';
import {CardNotBackError, CardMoveFailedError} from '../lending/lendingErrors.js';
import {_, fill} from '../platform/i18n.js';
import {describeProblem} from '../problems/problem.js';
import type {Notice, NoticeButton} from './notice.js';

/** What is asked of a card for a notice. */
export type NoticedCard = Pick<Gpu, 'identity' | 'address' | 'name' | 'vendor'>;

/** Of all notices about a card there is one at a time. */
export function cardNoticeId({identity, address}: NoticedCard): string {
    return `card:${identity}@${address}`;
}

/** @param ms how long it took, from the machine's end on, in milliseconds */
export function cardReturnedNotice(gpu: NoticedCard, ms: number): Notice {
    return {
        id: cardNoticeId(gpu),
        title: fill(_('{card} is back with Linux'), {card: shortCardName(gpu)}),
        body: fill(_('It took {seconds} s.'), {seconds: (ms / 1000).toFixed(1)}),
        urgency: 'normal',
        buttons: [],
    };
}

/** A card does not come back, or the kernel is stuck with it. */
export function cardStuckNotice(gpu: NoticedCard, error: unknown): Notice {
    const {title, body} = describeProblem(error);
    const canForce =
        (error instanceof CardNotBackError && error.next !== 'reboot') ||
        (error instanceof CardMoveFailedError && !error.restored);
    const buttons: NoticeButton[] = canForce ? [{label: _('Force back'), action: 'force-back'}] : [];
    return {
        id: cardNoticeId(gpu),
        title,
        body,
        urgency: 'critical',
        buttons: [...buttons, {label: _('Details'), action: 'details'}],
    };
}

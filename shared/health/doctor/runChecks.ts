// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {monotonicMs, withDeadline} from '../../platform/clock.js';
import {DeadlineError, HandoverError, messageOf} from '../../platform/errors.js';
import {inSlices} from '../../platform/slices.js';
import {_, fill, oneLine} from '../../platform/i18n.js';
import type {Finding, Verdict} from '../finding.js';
import {type Check, unknown} from './check.js';

/** All questions together take no longer than this, in milliseconds, however many hang. */
export const TOTAL_MS = 1_800;

/** As long as questions are put at a time before others get their turn, in milliseconds. */
const STARTING_MS = 1;

export interface RunOptions {
    readonly totalMs?: number;
    /** By how much more time than usual each question has. */
    readonly patience?: number;
    /** Is told of the answers to each question, by its id, as they come; there may be none. */
    readonly told?: (id: string, findings: readonly Finding[]) => void;
}

/**
 * Asks all questions at once, each with its own time limit.
 *
 * It does not fail: a question that is not answered in time, or that throws, could not be measured.
 *
 * @returns the answers, in the order of the questions
 */
export async function runChecks<W>(
    checks: readonly Check<W>[],
    world: W,
    {patience = 1, totalMs = TOTAL_MS * patience, told = () => undefined}: RunOptions = {},
): Promise<Finding[]> {
    const end = monotonicMs() + totalMs;
    const asked: Promise<Finding[]>[] = [];
    const ask = async (check: Check<W>): Promise<Finding[]> => {
        const verdicts = await answer(check, world, Math.min(check.limitMs * patience, end - monotonicMs()));
        const found = verdicts.map(verdict => findingOf(check, verdict));
        told(check.id, found);
        return found;
    };
    // What they begin with adds up to a frame or two that the Shell would not draw.
    await inSlices(checks, check => void asked.push(ask(check)), STARTING_MS);
    return (await Promise.all(asked)).flat();
}

async function answer<W>(check: Check<W>, world: W, limitMs: number): Promise<readonly Verdict[]> {
    const given = new Gio.Cancellable();
    // What its reader throws at once is an answer like any other.
    const asked = (async () => check.ask(world, given))();
    try {
        return await withDeadline(check.id, Math.max(0, limitMs), asked, () => given.cancel());
    } catch (error) {
        // What it says after that interests nobody.
        asked.catch(() => undefined);
        return [unmeasured(error)];
    }
}

/** Kinds of errors that say that there is no libvirt to be asked, which is a finding of its own. */
const OF_LIBVIRT = new Set([
    'libvirt-unreachable',
    'service-missing',
    'service-lost',
    'not-permitted',
    'no-bus',
    'driver-missing',
    'no-answer',
]);

function unmeasured(error: unknown): Verdict {
    if (error instanceof DeadlineError)
        return unknown(
            fill(_('There was no answer within {time} ms.'), {
                // No time at all was given to nothing.
                time: Math.max(1, Math.round(error.milliseconds)),
            }),
            _('Look again. If it stays like this, something that was asked hangs.'),
        );
    if (error instanceof HandoverError && OF_LIBVIRT.has(error.kind))
        return unknown(_('libvirt does not answer.'), _('Mend that first, then look again.'));
    return unknown(
        fill(_('It could not be read: {error}'), {error: oneLine(messageOf(error))}),
        _('Look again. If it stays like this, please report it.'),
    );
}

function findingOf<W>({id, title, severity, lasting}: Check<W>, verdict: Verdict): Finding {
    return {id, title: title(), severity, lasting, ...verdict};
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Rung} from '../../shared/gpu/handover/forceBack.js';
import type {StepTime} from '../../shared/gpu/handover/stepRunner.js';
import type {HelperClient} from '../../shared/gpu/helperClient.js';
import {forceBack, returnCard, takeCard} from '../../shared/lending/cardMoves.js';
import type {NamedCard} from '../../shared/lending/lendingErrors.js';
import type {Operation} from '../../shared/operations/operation.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {agree} from '../agree.js';
import {withHelper} from '../gpu/askingHelper.js';
import {findCard} from '../gpu/cardSearch.js';
import {cardStepLabel} from '../gpu/cardSteps.js';
import {localCards} from '../gpu/localCards.js';
import {FORCE_BACK_STEPS} from '../gpuTasks.js';
import {cardToReturn} from '../gpu/movableCard.js';
import {finishOperation} from '../operationRun.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stdout} from '../output.js';
import {OutputError} from '../outputError.js';
import {escapeControls, withoutIsolates} from '../plainText.js';
import {timeLabel} from '../progress.js';
import {TimedOut} from '../timedOut.js';

export type GpuMove = 'take' | 'return' | 'force-back';

export interface GpuMoveOptions extends CommonOptions {
    readonly yes?: boolean | undefined;
    readonly 'up-to'?: Rung | undefined;
}

/** How long (ms) the helper may take to call a handover off: it brings the card back first. */
const CANCEL_MS = 60_000;

/** `handover gpu take`, `return` and `force-back`. */
export async function gpuMove(
    move: GpuMove,
    options: GpuMoveOptions,
    wanted: string | undefined,
): Promise<void> {
    // What cannot be told is not begun.
    stdout.check();
    const gpu = move === 'take' ? findCard(await localCards(), wanted) : await cardToReturn(wanted);
    const upTo = options['up-to'] ?? FORCE_BACK_STEPS[0];
    if (move === 'force-back' && !options.yes) await agree(question(gpu, upTo));
    const {elapsedMs, steps} = await withHelper(async helper => {
        const begun = begin(move, gpu, upTo, helper);
        await finishOperation(begun, {
            what: whatGoesOn(move, gpu),
            stepLabel: cardStepLabel,
            limitMs: timeoutMs(options) ?? null,
            cancelMs: () => CANCEL_MS,
            whatStays: cancelled => whatStays(gpu, cancelled),
            callsOffWhenLate: () => true,
            tooLate: cancelled => new TimedOut(whatStays(gpu, cancelled)),
        });
        return {elapsedMs: begun.elapsedMs, steps: helper.steps};
    });
    print(move, gpu, elapsedMs, steps, options);
}

function begin(move: GpuMove, gpu: NamedCard, upTo: Rung, helper: HelperClient): Operation {
    switch (move) {
        case 'take':
            return takeCard(gpu, helper);
        case 'return':
            return returnCard(gpu, helper);
        case 'force-back':
            return forceBack(gpu, helper, upTo);
    }
}

function question(gpu: NamedCard, upTo: Rung): string {
    const card = {card: gpu.name, address: gpu.address};
    switch (upTo) {
        case 'return':
            return fill(_('Bring {card} ({address}) back to Linux?'), card);
        case 'rescan':
            return fill(
                _(
                    'Bring {card} ({address}) back to Linux, and take it off the bus and look for it again if it does not come?',
                ),
                card,
            );
        case 'suspend':
            return fill(
                _(
                    'Bring {card} ({address}) back to Linux, and put this computer to sleep for a moment if nothing else helps? Save your work first.',
                ),
                card,
            );
    }
}

function whatGoesOn(move: GpuMove, {name}: NamedCard): string {
    switch (move) {
        case 'take':
            return fill(_('Taking {card} from Linux'), {card: name});
        case 'return':
            return fill(_('Returning {card} to Linux'), {card: name});
        case 'force-back':
            return fill(_('Forcing {card} back to Linux'), {card: name});
    }
}

function whatStays({name}: NamedCard, cancelled: boolean): string {
    return cancelled
        ? fill(_('It was called off, and {card} is where it was. “handover gpu” shows it.'), {card: name})
        : fill(
              _(
                  'It cannot be called off at this point: the helper goes on with {card} to a safe end. “handover gpu journal” tells how it ended.',
              ),
              {card: name},
          );
}

/** Prints that it is done: one object, or one line. */
function print(
    move: GpuMove,
    gpu: NamedCard,
    elapsedMs: number,
    steps: readonly StepTime[],
    options: CommonOptions,
): void {
    try {
        if (options.json)
            stdout.json({
                address: gpu.address,
                name: gpu.name,
                action: move,
                ok: true,
                elapsedMs: Math.round(elapsedMs),
                steps: steps.map(({id, ms}) => ({id, ms: Math.round(ms)})),
            });
        else stdout.line(`${escapeControls(withoutIsolates(result(move, gpu)))} (${timeLabel(elapsedMs)})`);
    } catch (error) {
        if (!(error instanceof OutputError)) throw error;
        throw new OutputError(error.message, {cause: error, afterAction: true});
    }
}

function result(move: GpuMove, {name}: NamedCard): string {
    return move === 'take'
        ? fill(_('{card}: free for a machine'), {card: name})
        : fill(_('{card}: back with Linux'), {card: name});
}

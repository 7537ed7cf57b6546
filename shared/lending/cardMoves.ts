// SPDX-License-Identifier: GPL-3.0-or-later
import type {Rung} from '../gpu/handover/forceBack.js';
import type {HelperClient} from '../gpu/helperClient.js';
import type {HandoverOutcome} from '../gpu/helperInterface.js';
import {Operation, type OperationControl} from '../operations/operation.js';
import {onCancelled} from '../platform/clock.js';
import {CancelledError} from '../platform/errors.js';
import {_} from '../platform/i18n.js';
import {callFailure, outcomeFailure} from './helperAnswers.js';
import type {NamedCard} from './lendingErrors.js';

/** What of a HelperClient moves cards. */
export type CardMover = Pick<HelperClient, 'take' | 'giveBack' | 'forceBack' | 'cancel' | 'follow'>;

/** Gives a card to vfio, so that a machine can have it; its steps are the helper's. */
export function takeCard(gpu: NamedCard, helper: CardMover): Operation<'take'> {
    return new Operation('take', async control => {
        await runTake(gpu, helper, control, step => control.step(step));
    });
}

/** Brings a card back to Linux; its steps are the helper's. */
export function returnCard(gpu: NamedCard, helper: CardMover): Operation<'return'> {
    return new Operation('return', async control => {
        control.holdCancel(noWayBack());
        const {address} = gpu;
        const call = () => helper.giveBack(address);
        settle(gpu, await ask(helper, address, control, call, step => control.step(step)));
    });
}

/**
 * Brings a card back that does not come by itself.
 *
 * @param upTo the last rung of the ladder that may be tried
 */
export function forceBack(gpu: NamedCard, helper: CardMover, upTo: Rung): Operation<'force-back'> {
    return new Operation('force-back', async control => {
        control.holdCancel(noWayBack());
        const {address} = gpu;
        const call = () => helper.forceBack(address, upTo);
        settle(gpu, await ask(helper, address, control, call, step => control.step(step)));
    });
}

/**
 * The take itself, as a part of an operation that may be cancelled while it goes on: then everything is put back.
 *
 * @param step is told the helper's steps
 * @returns whether it was moved; else it was with vfio before
 * @throws what came of it
 */
export async function runTake(
    {address, name}: NamedCard,
    helper: CardMover,
    control: OperationControl,
    step: (id: string) => void = () => undefined,
): Promise<boolean> {
    const outcome = await ask(helper, address, control, () => helper.take(address), step);
    if (control.cancellable.is_cancelled() && !control.abandoned.is_cancelled() && outcome.kind === 'done') {
        // It was too late to stop it, or polkit was still asking.
        if (!outcome.already) settle({address, name}, await called(helper.giveBack(address)));
        throw new CancelledError();
    }
    settle({address, name}, outcome);
    return outcome.kind === 'done' && !outcome.already;
}

/**
 * The return as a part of an operation; it is not called off.
 *
 * @throws what came of it
 */
export async function runReturn({address, name}: NamedCard, helper: CardMover): Promise<void> {
    settle({address, name}, await called(helper.giveBack(address)));
}

/**
 * Asks the helper, tells the steps of this card, and passes cancelling on.
 *
 * Cancelling reaches a handover that has begun. While polkit still asks there is none yet: then it is called off
 * when its first step shows.
 */
async function ask(
    helper: CardMover,
    address: string,
    {cancellable, abandoned}: OperationControl,
    call: () => Promise<HandoverOutcome>,
    step: (id: string) => void,
): Promise<HandoverOutcome> {
    if (cancellable.is_cancelled()) throw new CancelledError();
    const callOff = (): void => {
        // That it does not answer shows in the call that waits for it.
        if (!abandoned.is_cancelled()) helper.cancel().catch(() => undefined);
    };
    const unfollow = helper.follow(
        progress => {
            if (progress.address !== address) return;
            step(progress.step);
            if (cancellable.is_cancelled()) callOff();
        },
        () => undefined,
    );
    const stopListening = onCancelled(cancellable, callOff);
    let leave: () => void = () => undefined;
    const left = new Promise<never>((_resolve, reject) => {
        leave = onCancelled(abandoned, () => reject(new CancelledError()));
    });
    try {
        return await called(Promise.race([call(), left]));
    } finally {
        unfollow();
        stopListening();
        leave();
    }
}

async function called<T>(answer: Promise<T>): Promise<T> {
    try {
        return await answer;
    } catch (error) {
        throw callFailure(error);
    }
}

function settle(gpu: NamedCard, outcome: HandoverOutcome): void {
    const failure = outcomeFailure(gpu, outcome);
    if (failure) throw failure;
}

/** Why a return cannot be called off. */
export function noWayBack(): string {
    return _('a card on its way back is not stopped halfway');
}

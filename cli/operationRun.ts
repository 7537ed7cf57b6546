// SPDX-License-Identifier: GPL-3.0-or-later
import type {MachineAction} from '../shared/machines/actions.js';
import type {Machine} from '../shared/machines/machine.js';
import {actionLabel} from '../shared/machines/words.js';
import type {Operation} from '../shared/operations/operation.js';
import {withDeadline} from '../shared/platform/clock.js';
import {CancelledError} from '../shared/platform/errors.js';
import {_, fill} from '../shared/platform/i18n.js';
import {Interrupted} from './interrupted.js';
import {onInterrupt} from './interrupt.js';
import {showProgress} from './progress.js';

/** How long (ms) libvirt may take to call off what it has begun. */
const CANCEL_MS = 5000;

/**
 * Waits for an operation, with progress on a terminal; SIGINT and SIGTERM call it off.
 *
 * @param limitMs how long it may take before the wait ends; the operation goes on in libvirt
 * @throws what it failed with; Interrupted; DeadlineError
 */
export async function finish(
    machine: Machine,
    operation: Operation<MachineAction>,
    limitMs?: number,
): Promise<void> {
    let interruptedBy: number | null = null;
    let giveUp: (error: Error) => void = () => undefined;
    const givenUp = new Promise<never>((_resolve, reject) => (giveUp = reject));
    const stopListening = onInterrupt(signal => {
        const first = interruptedBy === null;
        interruptedBy = signal;
        if (first && operation.cancel()) {
            withDeadline('cancelling', CANCEL_MS, givenUp).catch(() =>
                giveUp(new Interrupted(signal, whatStays(operation.kind, machine))),
            );
        } else {
            giveUp(new Interrupted(signal, whatStays(operation.kind, machine)));
        }
    });
    const endProgress = showProgress(`${actionLabel(operation.kind)}: ${machine.name}`);
    try {
        const finished = Promise.race([operation.finished(), givenUp]);
        await (limitMs === undefined ? finished : withDeadline(operation.kind, limitMs, finished));
    } catch (error) {
        if (error instanceof CancelledError && interruptedBy !== null)
            throw new Interrupted(interruptedBy, whatStays(operation.kind, machine));
        throw error;
    } finally {
        endProgress();
        stopListening();
    }
}

/** What libvirt or the guest may still do although nobody waits for it. */
function whatStays(action: MachineAction, machine: Machine): string {
    const name = {name: machine.name};
    switch (action) {
        case 'shutdown':
            return fill(
                _(
                    '{name} was asked to shut down and may still do so. Nothing was forced; “handover show” tells its state.',
                ),
                name,
            );
        case 'reboot':
            return fill(
                _(
                    '{name} was asked to restart and may still do so. Nothing was forced; “handover show” tells its state.',
                ),
                name,
            );
        case 'save':
            return fill(
                _('The saving of {name} was called off. It runs on, unless it was saved already.'),
                name,
            );
        case 'start':
        case 'reset':
        case 'pause':
        case 'resume':
        case 'force-off':
        case 'wake':
            return fill(
                _('libvirt cannot take back what it has begun with {name}. “handover show” tells its state.'),
                name,
            );
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {MachineAction} from '../shared/machines/actions.js';
import type {Machine} from '../shared/machines/machine.js';
import {actionLabel} from '../shared/machines/words.js';
import type {Operation} from '../shared/operations/operation.js';
import {_, fill} from '../shared/platform/i18n.js';
import {finishOperation} from './operationRun.js';
import {cardStepLabel} from './gpu/cardSteps.js';

/** How long (ms) libvirt may take to call off what it has begun. */
const CANCEL_MS = 5000;

/** How long (ms) a card may take to come back when a start is called off. */
const CARD_CANCEL_MS = 60_000;

/**
 * Waits for an action on a machine, with progress on a terminal; SIGINT and SIGTERM call it off.
 *
 * @param limitMs how long it may take before the wait ends; the operation goes on in libvirt. The return of a card
 * after a stop has a limit of its own
 * @throws what it failed with; Interrupted; DeadlineError
 */
export async function finish(
    machine: Machine,
    operation: Operation<MachineAction>,
    limitMs?: number,
): Promise<void> {
    await finishOperation(operation, {
        what: `${actionLabel(operation.kind)}: ${machine.name}`,
        stepLabel: cardStepLabel,
        limitMs: limitMs ?? null,
        freeFromStep: 'return',
        cancelMs: () => (isWithCard(operation) ? CARD_CANCEL_MS : CANCEL_MS),
        // The card would be with nobody; what libvirt was asked for it may still do.
        callsOffWhenLate: () => isWithCard(operation),
        whatStays: cancelled => whatStays(operation, machine, cancelled),
    });
}

/** Whether a card is on its way for a machine that has not been asked for yet. */
function isWithCard({step}: Operation): boolean {
    return ['preflight', 'close', 'wait', 'take'].includes(step);
}

/** What libvirt or the guest may still do although nobody waits for it. */
function whatStays(operation: Operation<MachineAction>, machine: Machine, cancelled: boolean): string {
    const name = {name: machine.name};
    if (operation.steps.some(({id}) => id === 'return'))
        return fill(
            _(
                '{name} is off. The return of its graphics card goes on without us; “handover gpu” tells about it.',
            ),
            name,
        );
    switch (operation.kind) {
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
            if (cancelled && !machine.active) return fill(_('{name} was not started.'), name);
            if (machine.active)
                return fill(_('{name} has been started and runs on; nobody waits for it any more.'), name);
            break;
        case 'reset':
        case 'pause':
        case 'resume':
        case 'force-off':
        case 'wake':
            break;
    }
    return fill(
        _('libvirt cannot take back what it has begun with {name}. “handover show” tells its state.'),
        name,
    );
}

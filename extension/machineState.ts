// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../shared/machines/machine.js';
import {stateLabel} from '../shared/machines/words.js';
import type {Operation} from '../shared/operations/operation.js';
import {_} from '../shared/platform/i18n.js';

/** What a machine's row says: the step of what is done to it, where that says more than its state. */
export function machineStateLabel(machine: Machine): string {
    return shortStepLabel(machine.operation?.step ?? '') ?? stateLabel(machine);
}

/** Steps that take a while, in as few words as the row has room for; shared/lending/words.ts has them in full. */
function shortStepLabel(step: string): string | null {
    switch (step) {
        case 'close':
            return _('Closing programs…');
        case 'wait':
            return _('Waiting for the card…');
        case 'take':
            return _('Taking the card…');
        case 'ready':
            return _('Waiting for the guest…');
        case 'open':
            return _('Opening its display…');
        case 'return':
        case 'verify':
            return _('Returning the card…');
    }
    return null;
}

/**
 * What a machine's row can call off: a start that waits for its card or moves it.
 *
 * A start of the guest itself has no such button, because libvirt cannot take it back.
 */
export function cancellableOf({operation}: Machine): Operation | null {
    return operation?.canCancel && operation.kind === 'start' && shortStepLabel(operation.step) !== null
        ? operation
        : null;
}

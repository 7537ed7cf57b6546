// SPDX-License-Identifier: GPL-3.0-or-later
// What can go wrong with a card that is lent, in words.
import type {Rung} from '../gpu/handover/forceBack.js';
import {useLabel} from '../gpu/words.js';
import {
    CardBusyError,
    CardHeldError,
    CardMoveFailedError,
    CardNotBackError,
    CardRefusedError,
    CardStuckError,
    HelperDeniedError,
    HelperFailedError,
    HelperMissingError,
    HelperOldError,
    type HelperPurpose,
    HostDeviceMissingError,
} from '../lending/lendingErrors.js';
import {stepLabel} from '../lending/words.js';
import {_, fill} from '../platform/i18n.js';
import type {Description} from './description.js';
import {refusalSentence} from './refusalSentence.js';

/** @returns null for an error of another kind */
export function describeLending(error: unknown): Description | null {
    if (error instanceof CardHeldError) return held(error);
    if (error instanceof CardRefusedError) return refused(error);
    if (error instanceof CardMoveFailedError) return moveFailed(error);
    if (error instanceof CardStuckError) return stuck(error);
    if (error instanceof CardNotBackError) return notBack(error);
    if (error instanceof CardBusyError)
        return {
            category: 'failed',
            title: _('A graphics card is being moved'),
            body: fill(
                _(
                    'The card {address} is on its way, and there is one handover at a time. Wait until it has ended, then try again.',
                ),
                {address: error.address},
            ),
            remedy: 'retry',
        };
    if (error instanceof HostDeviceMissingError)
        return {
            category: 'missing',
            title: fill(_('A device of {name} is not there'), {name: error.machineName}),
            body: fill(
                _(
                    'The machine’s definition names the host device {address}, and this computer has none there. Plug it in, or take it out of the definition, then try again.',
                ),
                {address: error.address},
            ),
        };
    if (error instanceof HelperMissingError)
        return {
            category: 'missing',
            title: _('Handover’s helper is not installed'),
            body: _(
                'Without the helper a graphics card cannot be moved, nor the journal read. Nothing was changed. Install Handover for the whole system, with its helper, then try again.',
            ),
        };
    if (error instanceof HelperOldError)
        return {
            category: 'failed',
            title: _('Handover’s helper is of another version'),
            body: _(
                'It does not know what it was asked for. Install the helper of this version of Handover, then try again.',
            ),
            remedy: 'copy-command',
            command: 'sudo systemctl stop handover-helper.service',
        };
    if (error instanceof HelperDeniedError)
        return {
            category: 'denied',
            title: deniedTitle(error.purpose),
            body: error.cancelled
                ? _(
                      'It was not confirmed, so nothing was changed. Try again, and give the password that is asked for.',
                  )
                : _(
                      'The system does not allow it to this account, or not from here. Do it at the computer itself, or as an administrator.',
                  ),
            remedy: 'retry',
        };
    if (error instanceof HelperFailedError) return helperFailed(error);
    return null;
}

function deniedTitle(purpose: HelperPurpose): string {
    switch (purpose) {
        case 'look':
            return _('Not allowed to ask Handover’s helper');
        case 'move':
            return _('Not allowed to move the graphics card');
        case 'set-up':
            return _('Not allowed to change the set-up of the graphics card');
    }
}

/** Nothing is started, so that to wait and to let us close programs are not among the ways everywhere. */
function heldAlone({gpu, machine, report, closingHelps}: CardHeldError): Description {
    const sentence = (): string => {
        if (machine !== null)
            return fill(_('The machine {machine} has it. Shut that down first.'), {machine});
        const values = {use: useLabel(report)};
        return closingHelps
            ? fill(_('{use}. Close that first, then try again.'), values)
            : fill(_('{use}. It cannot be closed from here; end that first, then try again.'), values);
    };
    return {
        category: 'held',
        title: fill(_('{card} is in use'), {card: gpu.name}),
        body: sentence(),
        remedy: machine === null && closingHelps ? 'close-holders' : 'retry',
    };
}

function held(error: CardHeldError): Description {
    if (!error.starts) return heldAlone(error);
    const {gpu, machine, report, closingHelps, triedClosing} = error;
    const card = {card: gpu.name};
    const title = fill(_('{card} is in use'), card);
    if (machine !== null)
        return {
            category: 'held',
            title,
            body: fill(_('The machine {machine} has it. Shut that down first, or wait until it is free.'), {
                machine,
            }),
            remedy: 'start-when-free',
        };
    const values = {use: useLabel(report)};
    if (triedClosing && closingHelps)
        return {
            category: 'held',
            title,
            body: fill(
                _(
                    '{use}, and it did not close when it was asked to. Close it yourself, or use force: what is not saved in it is lost then.',
                ),
                values,
            ),
            remedy: 'force-close-holders',
        };
    return closingHelps
        ? {
              category: 'held',
              title,
              body: fill(
                  _('{use}. Close that first, let Handover close it, or wait until the card is free.'),
                  values,
              ),
              remedy: 'close-holders',
          }
        : {
              category: 'held',
              title,
              body: fill(
                  _('{use}. It cannot be closed from here; end that first, or wait until the card is free.'),
                  values,
              ),
              remedy: 'start-when-free',
          };
}

function refused({gpu, direction, refusals}: CardRefusedError): Description {
    const card = {card: gpu.name};
    return {
        category: refusals.some(({kind}) => kind === 'held' || kind === 'with-machine') ? 'held' : 'failed',
        title:
            direction === 'take'
                ? fill(_('{card} cannot be lent'), card)
                : fill(_('{card} cannot be brought back'), card),
        body: refusals.map(refusalSentence).join(' '),
        remedy: refusals.some(({kind}) => kind === 'unfinished') ? 'force-back' : 'none',
    };
}

function moveFailed({gpu, direction, step, restored, standing}: CardMoveFailedError): Description {
    const card = {card: gpu.name};
    const where = standing
        .map(({address, present, driver}) =>
            present
                ? `${address}: ${driver ?? _('no driver')}`
                : fill(_('{address} is gone from the bus'), {address}),
        )
        .join(', ');
    const values = {step: stepLabel(step), where};
    return {
        category: 'failed',
        title:
            direction === 'take'
                ? fill(_('{card} could not be taken'), card)
                : fill(_('{card} could not be brought back'), card),
        body: restored
            ? fill(
                  _('It went wrong at “{step}”, and everything is as it was before. The details say why.'),
                  values,
              )
            : fill(_('It went wrong at “{step}”. Its drivers now: {where}. Force it back.'), values),
        remedy: restored ? 'retry' : 'force-back',
    };
}

function stuck({gpu, step, waitingFor}: CardStuckError): Description {
    const values = {card: gpu.name, step: stepLabel(step), what: waitingFor.join(', ')};
    return {
        category: 'failed',
        title: fill(_('{card} is stuck'), values),
        body: fill(
            _(
                'The kernel does not come back from “{step}”, and nothing more is tried. Save your work, and restart the computer.',
            ),
            values,
        ),
    };
}

function notBack({gpu, next}: CardNotBackError): Description {
    const card = {card: gpu.name};
    return {
        category: 'failed',
        title: fill(_('{card} has not come back'), card),
        body: nextSentence(next),
        remedy: next === 'reboot' ? 'none' : 'force-back',
    };
}

function nextSentence(next: Rung | 'reboot'): string {
    switch (next) {
        case 'return':
            return _('Linux does not have it again yet. Force it back.');
        case 'rescan':
            return _(
                'To return it was not enough. Force it back by taking it off the bus and finding it again.',
            );
        case 'suspend':
            return _(
                'It did not help to find it again. Force it back by putting the computer to sleep and waking it.',
            );
        case 'reboot':
            return _('Nothing else helps: save your work, and restart the computer.');
    }
}

function helperFailed({errorName}: HelperFailedError): Description {
    const title = _('The helper did not do it');
    switch (errorName) {
        case 'AuthorityFailed':
            return {
                category: 'denied',
                title,
                body: _(
                    'polkit, which says who may move a graphics card, does not answer. Make sure that it is installed and runs, then try again.',
                ),
                remedy: 'copy-command',
                command: 'sudo systemctl start polkit.service',
            };
        case 'InvalidAddress':
        case 'NoSuchDevice':
        case 'NotACard':
            return {
                category: 'missing',
                title: _('No such card'),
                body: _(
                    'There is no graphics card at that address any more. “handover gpu” shows all of them.',
                ),
            };
        case 'DesktopCard':
            return {
                category: 'failed',
                title: _('The desktop’s own graphics card'),
                body: _('The desktop is shown on this card, so it stays with Linux. Choose another one.'),
            };
        case null:
            return {
                category: 'failed',
                title,
                body: _(
                    'It ended before it answered. It mends what it had begun when it starts again; look at the card, then try again.',
                ),
                remedy: 'retry',
            };
        default:
            return {
                category: 'failed',
                title,
                body: _('The details say why. Look at the card, then try again.'),
                remedy: 'retry',
            };
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong while a card is set up, or a device is given to a machine, in words.
import {DefinitionBusyError, NotKeptError} from '../machines/machineErrors.js';
import {_, fill} from '../platform/i18n.js';
import {
    type BadRom,
    CardVanishedError,
    DeviceInUseError,
    GuestKeepsDeviceError,
    NotAgreedError,
    NothingToLendError,
    NotSetUpError,
    PartOfCardError,
    RomFileError,
    SetUpBlockedError,
    SetUpFailedError,
} from '../setUp/setUpErrors.js';
import type {Description} from './description.js';

/**
 * @param describe puts the cause of a failure into words
 * @returns null when the error is none of these
 */
export function describeSetUp(error: unknown, describe: (cause: unknown) => Description): Description | null {
    if (error instanceof NothingToLendError) return nothingToLend(error);
    if (error instanceof SetUpBlockedError) return blocked(error);
    if (error instanceof NotSetUpError)
        return {
            category: 'failed',
            title: fill(_('{card} is not set up'), {card: error.cardName}),
            body: _('Nothing stands in the way. “handover setup gpu” does it.'),
        };
    if (error instanceof NotAgreedError)
        return {
            category: error.asked ? 'failed' : 'usage',
            title: _('Not confirmed'),
            body: error.asked
                ? _('Nothing was changed.')
                : _('Nothing was changed. Give “--yes” to have it done without a question.'),
        };
    if (error instanceof CardVanishedError)
        return {
            category: 'missing',
            title: _('The card is not there any more'),
            body: fill(
                _(
                    '{card} went away, or another device is in its place now. Nothing was changed; look again.',
                ),
                {card: error.card.name},
            ),
            remedy: 'retry',
        };
    if (error instanceof SetUpFailedError) return failed(error, describe);
    if (error instanceof RomFileError)
        return {
            category: 'failed',
            title: _('Not a ROM for this card'),
            body: `${fill(romWords(error.reason), {path: error.path})} ${_('Nothing was changed.')}`,
        };
    if (error instanceof DefinitionBusyError)
        return {
            category: 'failed',
            title: _('The definition keeps changing'),
            body: fill(
                _(
                    'Another program changes the definition of {machine} all the time. Nothing was changed; close that program, then try again.',
                ),
                {machine: error.machineName},
            ),
            remedy: 'retry',
        };
    if (error instanceof NotKeptError)
        return {
            category: 'failed',
            title: _('A temporary machine'),
            body: fill(
                _(
                    '{machine} is gone when it stops, so that nothing can be kept in its definition. Define it first, with “virsh define”.',
                ),
                {machine: error.machineName},
            ),
        };
    if (error instanceof DeviceInUseError)
        return {
            category: 'held',
            title: fill(_('{device} is in use'), {device: error.device}),
            body: fill(_('It is used by {users}. Close or unmount that, then try again.'), {
                users: error.users.join(', '),
            }),
            remedy: 'retry',
        };
    if (error instanceof PartOfCardError)
        return {
            category: 'failed',
            title: _('Part of a graphics card'),
            body: fill(
                _(
                    '{address} is a function of a graphics card, which is lent as a whole. Set the card up instead: “handover setup gpu”.',
                ),
                {address: error.address},
            ),
        };
    if (error instanceof GuestKeepsDeviceError)
        return {
            category: 'timeout',
            title: _('The guest keeps the device'),
            body: fill(
                _(
                    '{machine} has not let {device} go. It is out of the definition, and gone when the machine is next started. Eject it in the guest, or shut the machine down.',
                ),
                {machine: error.machineName, device: error.device},
            ),
        };
    return null;
}

function nothingToLend({only}: NothingToLendError): Description {
    if (only === null)
        return {
            category: 'missing',
            title: _('No graphics card'),
            body: _(
                'Linux sees no graphics card on the PCI bus of this computer. Check that it sits firmly and has its power, then start the computer again.',
            ),
        };
    return {
        category: 'missing',
        title: _('No second graphics card'),
        body: fill(
            _(
                '{card} is the only card, and the desktop needs it. Turn the processor’s own graphics on in the firmware settings, or add a card.',
            ),
            {card: only.name},
        ),
    };
}

function blocked({cardName, obstacles}: SetUpBlockedError): Description {
    // What was found says “it” of what its title names.
    const found = obstacles.map(({title, evidence, fix}) =>
        [fill(_('{title}: {evidence}'), {title, evidence}), fix].join(' '),
    );
    return {
        category: obstacles.some(({id}) => id === 'helper') && obstacles.length === 1 ? 'missing' : 'failed',
        title: fill(_('{card} cannot be lent yet'), {card: cardName}),
        body: [...found, _('Nothing was changed.')].join(' '),
        remedy: 'retry',
    };
}

function failed({left, cause}: SetUpFailedError, describe: (cause: unknown) => Description): Description {
    const why = describe(cause);
    return {
        ...why,
        title: _('The card could not be set up'),
        body:
            left.length === 0
                ? `${why.body} ${_('What had been done before was taken back.')}`
                : `${why.body} ${fill(
                      _('This has stayed, and “handover setup gpu --undo” takes it back: {left}'),
                      {left: left.join(', ')},
                  )}`,
    };
}

function romWords(reason: BadRom): string {
    switch (reason) {
        case 'path':
            return _('{path} is no plain file with a full path. Give the path from the root on.');
        case 'missing':
            return _('{path} cannot be read. Check its name and its permissions.');
        case 'size':
            return _('{path} is too small or too large for a ROM. Choose another file.');
        case 'no-rom':
            return _(
                '{path} does not begin like a ROM. Files saved by other programs have a header of their own in front, which has to be cut off.',
            );
        case 'other-card':
            return _('{path} is the ROM of another card. Choose the one of this card.');
    }
}

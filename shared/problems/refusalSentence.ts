// SPDX-License-Identifier: GPL-3.0-or-later
import type {Refusal} from '../gpu/handover/handoverErrors.js';
import {functionLabel, uninspectedLabel, useLabel} from '../gpu/words.js';
import {_, fill} from '../platform/i18n.js';

/** Why a card is not moved, and what to do about it. */
export function refusalSentence(refusal: Refusal): string {
    switch (refusal.kind) {
        case 'absent':
            return refusal.because === 'absent'
                ? _('It is no more on the bus. Look with “handover gpu” which cards there are.')
                : _('Several cards are alike and none is where it was. Choose it again in the set-up.');
        case 'no-iommu':
            return _(
                'The IOMMU is off. Turn it on in the firmware’s settings and on the kernel’s command line.',
            );
        case 'only-card':
            return _(
                'It is the only card on which Linux can show the desktop. Another one is needed for that.',
            );
        case 'virtual':
            return _('It is a part of another card. Lend that one.');
        case 'strangers':
            return fill(
                _(
                    'Linux uses other devices of its IOMMU group: {devices}. Put the card into another slot, or lend them with it.',
                ),
                {devices: refusal.members.map(functionLabel).join(', ')},
            );
        case 'held':
            return fill(_('{use}. Close that first.'), {use: useLabel(refusal.holders)});
        case 'uninspected':
            return fill(_('It may be in use: {rest}. Try again, or do it as an administrator.'), {
                rest: uninspectedLabel({uninspected: refusal.count, hidden: refusal.hidden}),
            });
        case 'driver-shared':
            return fill(
                _(
                    'The driver {driver} serves other cards, too: {others}. It cannot be unloaded for one alone.',
                ),
                {
                    driver: refusal.driver,
                    others: refusal.others.map(({address}) => address).join(', '),
                },
            );
        case 'with-machine':
            return _('A machine has it. Shut that down first.');
        case 'stuck':
            return _('The kernel is stuck in an earlier attempt. Save your work, and restart the computer.');
        case 'unfinished':
            return _('An earlier handover was not brought to its end. Force the card back first.');
    }
}

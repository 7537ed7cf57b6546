// SPDX-License-Identifier: GPL-3.0-or-later
import {cardStanding} from '../definition/cardGift.js';
import {_, fill} from '../platform/i18n.js';
import type {SetUpCheck} from './checks.js';
import type {SetUpFacts} from './setUpFacts.js';

/** Whether the machine that was chosen has the card, and nothing that is not there. */
export function machineChecks({machine, card}: SetUpFacts): SetUpCheck[] {
    if (!machine) return [];
    const {name, definition, absent} = machine;
    const functions = card.functions.map(({address}) => address);
    const {missing, present, together} = cardStanding(definition, functions);
    const base = {id: 'machine', needed: true, title: fill(_('Card in {machine}'), {machine: name})} as const;
    const checks: SetUpCheck[] = [];
    if (missing.length > 0)
        checks.push({
            ...base,
            mendable: true,
            status: 'failed',
            evidence:
                present.length === 0
                    ? _('The machine does not have the card.')
                    : fill(_('Functions of the card are missing: {addresses}'), {
                          addresses: missing.join(', '),
                      }),
            fix: _('Set the card up: that gives all of it to the machine, on one slot of the guest.'),
        });
    else if (!together)
        checks.push({
            ...base,
            needed: false,
            mendable: false,
            status: 'failed',
            evidence: _('The functions of the card are in different slots of the guest.'),
            fix: _(
                'Some drivers want them in one slot. Take the card out of the machine, then set it up here.',
            ),
        });
    else
        checks.push({
            ...base,
            mendable: false,
            status: 'ok',
            evidence: _('The machine has all of it'),
            fix: '',
        });
    if (absent.length > 0)
        checks.push({
            id: 'stale-devices',
            needed: false,
            mendable: false,
            title: fill(_('Other devices of {machine}'), {machine: name}),
            status: 'failed',
            evidence: fill(_('Its definition names devices that are not there: {addresses}'), {
                addresses: absent.join(', '),
            }),
            fix: _(
                'The machine will not start like this. Remove them on its page of devices, or plug them in.',
            ),
        });
    return checks;
}

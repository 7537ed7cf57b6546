// SPDX-License-Identifier: GPL-3.0-or-later
// Facts of the computer and of the card that only a person can change.
import {strangersWithLinux} from '../gpu/handover/refusals.js';
import type {PciFunction} from '../gpu/pciFunction.js';
import {classLabel} from '../gpu/words.js';
import {_, fill, ngettext} from '../platform/i18n.js';
import type {SetUpCheck} from './checks.js';
import type {SetUpFacts} from './setUpFacts.js';

const VGA = 0x0300;

/** What these rest on: files of the kernel's alone. */
export type PlatformFacts = Pick<SetUpFacts, 'tree' | 'card' | 'iommuGroups' | 'details'>;

export function platformChecks(facts: PlatformFacts): SetUpCheck[] {
    return [iommu(facts), group(facts), secondCard(facts), firmware(facts), displays(facts), reset(facts)];
}

/** Whether devices can be lent at all; about no card. */
export function iommu({iommuGroups}: Pick<PlatformFacts, 'iommuGroups'>): SetUpCheck {
    const base = {id: 'iommu', needed: true, mendable: false, title: _('IOMMU')} as const;
    if (iommuGroups === null)
        return {
            ...base,
            status: 'unknown',
            evidence: _('The kernel’s list of IOMMU groups cannot be read.'),
            fix: _('Check that /sys is mounted and readable, then look again.'),
        };
    if (iommuGroups === 0)
        return {
            ...base,
            status: 'failed',
            evidence: _('It is off: there are no IOMMU groups, so no device can be lent.'),
            fix: _(
                'Turn on VT-d (Intel) or AMD-Vi/IOMMU in the firmware settings; on Intel, add intel_iommu=on to the kernel command line, too. Then restart the computer.',
            ),
        };
    return {
        ...base,
        status: 'ok',
        evidence: fill(ngettext('On, {count} group', 'On, {count} groups', iommuGroups), {
            count: iommuGroups,
        }),
        fix: '',
    };
}

function group({card, iommuGroups}: PlatformFacts): SetUpCheck {
    const base = {id: 'group', needed: true, mendable: false, title: _('IOMMU group')} as const;
    if (card.group === null)
        return {
            ...base,
            status: iommuGroups === 0 ? 'failed' : 'unknown',
            evidence: _('The card is in no IOMMU group.'),
            fix: _('Turn the IOMMU on first, then look again.'),
        };
    const strangers = strangersWithLinux(card);
    if (strangers.length > 0)
        return {
            ...base,
            status: 'failed',
            evidence: fill(_('Linux uses other devices of its group {id}: {devices}'), {
                id: card.group.id,
                devices: strangers.map(deviceName).join(', '),
            }),
            fix: _(
                'They would have to be lent together with the card. Put the card into another slot, or update the firmware.',
            ),
        };
    return {
        ...base,
        status: 'ok',
        evidence: fill(_('Group {id} holds nothing else that Linux uses'), {id: card.group.id}),
        fix: '',
    };
}

function secondCard({tree, card}: PlatformFacts): SetUpCheck {
    const base = {
        id: 'second-card',
        needed: true,
        mendable: false,
        title: _('A card for the desktop'),
    } as const;
    const other = tree.cards.find(
        one =>
            one.display.address !== card.display.address &&
            one.drmNodes.some(name => name.startsWith('card')),
    );
    if (other)
        return {
            ...base,
            status: 'ok',
            evidence: fill(_('{address} shows the desktop ({driver})'), {
                address: other.display.address,
                driver: other.display.driver ?? '',
            }),
            fix: '',
        };
    return {
        ...base,
        status: 'failed',
        evidence: _('Linux has no other card to show the desktop on.'),
        fix: _(
            'Turn the processor’s own graphics on in the firmware settings, and plug the display into the mainboard. Or add a second card.',
        ),
    };
}

/** Whether the firmware shows its picture on another card. */
export function firmware({card}: Pick<PlatformFacts, 'card'>): SetUpCheck {
    const base = {id: 'firmware', needed: true, mendable: false, title: _('Firmware’s picture')} as const;
    if (card.bootVga === true)
        return {
            ...base,
            status: 'failed',
            evidence: _('The firmware shows its picture on this card, so the desktop runs on it.'),
            fix: _(
                'Choose the other card as the primary display in the firmware settings, plug the display into it, and restart the computer.',
            ),
        };
    if (card.bootVga === null && card.display.classCode >> 8 === VGA)
        return {
            ...base,
            status: 'unknown',
            evidence: _('Linux does not tell on which card the firmware shows its picture.'),
            fix: _('Restart the computer, then look again. The card is left alone until that is known.'),
        };
    return {...base, status: 'ok', evidence: _('On another card'), fix: ''};
}

function displays({details}: PlatformFacts): SetUpCheck {
    const connected = details.connectors.filter(one => one.connected).map(({name}) => name);
    const base = {id: 'displays', needed: false, mendable: false, title: _('Displays on this card')} as const;
    if (connected.length === 0)
        return {...base, status: 'ok', evidence: _('None is plugged into it for Linux'), fix: ''};
    return {
        ...base,
        status: 'failed',
        evidence: fill(_('Plugged into it: {displays}'), {displays: connected.join(', ')}),
        fix: _(
            'Linux will not use these displays any more. Plug the display of the desktop into the other card; a second cable or input for the machine does no harm.',
        ),
    };
}

function reset({details}: PlatformFacts): SetUpCheck {
    const base = {id: 'reset', needed: false, mendable: false, title: _('Reset')} as const;
    if (details.resetMethods !== null)
        return {...base, status: 'ok', evidence: details.resetMethods.join(', '), fix: ''};
    return {
        ...base,
        status: 'unknown',
        evidence: _('Linux knows no way to reset this card.'),
        fix: _(
            'A machine may not get it a second time before the computer is restarted. For older AMD cards the module vendor-reset helps.',
        ),
    };
}

function deviceName({address, classCode}: PciFunction): string {
    return `${classLabel(classCode)} ${address}`;
}

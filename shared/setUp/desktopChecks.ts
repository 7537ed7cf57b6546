// SPDX-License-Identifier: GPL-3.0-or-later
// What of the desktop keeps a card, and what makes it leave the card alone.
import {identityOf} from '../gpu/cardIdentity.js';
import type {HolderProcess} from '../gpu/holders/holderProcess.js';
import {isVfioDriver} from '../gpu/pciFunction.js';
import {_, fill} from '../platform/i18n.js';
import type {SetUpCheck} from './checks.js';
import type {SetUpFacts} from './setUpFacts.js';

const SOUND = 0x0403;

export function desktopChecks(facts: SetUpFacts): SetUpCheck[] {
    return [rule(facts), now(facts), ...sound(facts)];
}

/** The rule that the helper has written for this card; null when there is none, or the helper does not tell. */
export function ruleFile({helper, card}: Pick<SetUpFacts, 'helper' | 'card'>): string | null {
    if (!helper.there) return null;
    const name = `61-handover-${identityOf(card.display).replaceAll(':', '-')}`;
    const place = `-at-${card.display.address.replaceAll(/[:.]/g, '-')}`;
    return (
        helper.files.find(path => {
            const file = path.slice(path.lastIndexOf('/') + 1);
            return file === `${name}.rules` || file === `${name}${place}.rules`;
        }) ?? null
    );
}

function rule(facts: SetUpFacts): SetUpCheck {
    const base = {id: 'desktop-rule', needed: true, title: _('The desktop leaves the card alone')} as const;
    const file = ruleFile(facts);
    const {desktopTag, card, helper} = facts;
    if (desktopTag === true)
        return {
            ...base,
            mendable: false,
            status: 'ok',
            evidence: file === null ? _('A rule says so') : fill(_('{file} says so'), {file}),
            fix: '',
        };
    if (file !== null) {
        const lent = isVfioDriver(card.display.driver);
        // Its nodes are made, and udev asked about them, when Linux gets it back.
        if (lent || card.drmNodes.length === 0)
            return {
                ...base,
                mendable: false,
                status: 'ok',
                evidence: fill(_('{file} says so'), {file}),
                fix: '',
            };
        return {
            ...base,
            mendable: false,
            // Written, but for the computer as it was started it comes too late: nothing that keeps from setting up.
            needed: false,
            status: desktopTag === null ? 'unknown' : 'failed',
            evidence: fill(_('{file} is there, and not in force yet'), {file}),
            fix: _('Restart the computer once.'),
        };
    }
    if (!helper.there)
        return {
            ...base,
            mendable: true,
            status: desktopTag === null ? 'unknown' : 'failed',
            evidence: _('No rule is in force that keeps the desktop from opening the card.'),
            fix: _('Set the card up; then log out and in again.'),
        };
    return {
        ...base,
        mendable: true,
        status: 'failed',
        evidence: _('The desktop opens the card when you log in, and then never lets it go.'),
        fix: _('Set the card up: that writes a rule for this card only. Then log out and in again.'),
    };
}

function now({holders}: SetUpFacts): SetUpCheck {
    const base = {
        id: 'desktop-now',
        needed: false,
        mendable: false,
        title: _('Desktop at this moment'),
    } as const;
    const desktop = holders.processes.filter(({role}) => role === 'desktop' || role === 'display-manager');
    if (desktop.length > 0)
        return {
            ...base,
            status: 'failed',
            evidence: fill(_('Has the card open: {programs}'), {programs: names(desktop)}),
            fix: _('Once the rule is in place, log out and in again.'),
        };
    if (holders.hidden || holders.uninspected > 0)
        return {
            ...base,
            status: 'unknown',
            evidence: _('Not all processes could be looked into; none that could has it open.'),
            fix: _('Install Handover’s helper, which can look into all of them.'),
        };
    return {...base, status: 'ok', evidence: _('Does not have the card open'), fix: ''};
}

function sound(facts: SetUpFacts): SetUpCheck[] {
    const {card, soundTag, holders} = facts;
    if (!card.functions.some(({classCode}) => classCode >> 8 === SOUND)) return [];
    const base = {id: 'sound', needed: false, title: _('Sound of the card’s sockets')} as const;
    const servers = holders.processes.filter(({role}) => role === 'sound-server');
    const file = ruleFile(facts);
    if (servers.length > 0)
        return [
            {
                ...base,
                mendable: file === null && soundTag !== true,
                status: 'failed',
                evidence: fill(_('Has it open: {programs}'), {programs: names(servers)}),
                fix:
                    file === null && soundTag !== true
                        ? _(
                              'Set the card up: the rule keeps the sound server off it, too. Then log out and in again.',
                          )
                        : _('Log out and in again.'),
            },
        ];
    if (soundTag === true)
        return [
            {
                ...base,
                mendable: false,
                status: 'ok',
                evidence: _('The sound server leaves it alone'),
                fix: '',
            },
        ];
    if (file !== null)
        return [
            {...base, mendable: false, status: 'ok', evidence: fill(_('{file} says so'), {file}), fix: ''},
        ];
    return [
        {
            ...base,
            mendable: true,
            status: soundTag === null ? 'unknown' : 'failed',
            evidence: _('Nothing keeps the sound server from opening it.'),
            fix: _('Set the card up: the rule keeps the sound server off it, too.'),
        },
    ];
}

function names(processes: readonly HolderProcess[]): string {
    return [...new Set(processes.map(({name, pid}) => `${name} (${pid})`))].join(', ');
}

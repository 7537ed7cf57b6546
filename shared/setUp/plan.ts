// SPDX-License-Identifier: GPL-3.0-or-later
import {cardStanding, type CardGift} from '../definition/cardGift.js';
import {hasRemedy, type Remedy43} from '../definition/error43.js';
import type {Rom} from '../definition/hostDeviceEdit.js';
import {identityOf} from '../gpu/cardIdentity.js';
import type {NamedCard} from '../lending/lendingErrors.js';
import {_, fill, ngettext} from '../platform/i18n.js';
import {type CheckId, obstacles, type SetUpCheck} from './checks.js';
import type {SetUpFacts} from './setUpFacts.js';

/** What a person may choose besides the card and the machine. */
export interface SetUpOptions {
    /** Whether libvirt moves the card by itself. Handover's helper does it better, and libvirt then only checks. */
    readonly managed: boolean;
    /** For NVIDIA's Windows drivers before 465. */
    readonly remedies: readonly Remedy43[];
    readonly rom: Rom;
}

export const RECOMMENDED: SetUpOptions = {managed: false, remedies: [], rom: {kind: 'default'}};

/** One thing that would be changed. */
export type Change =
    /** The helper writes a rule: the desktop and the sound server leave this card alone. */
    | {readonly kind: 'rule'}
    /** The helper installs libvirt's guard, or brings it up to date. */
    | {readonly kind: 'guard'; readonly update: boolean}
    /** The machine gets these functions. */
    | {readonly kind: 'devices'; readonly functions: readonly string[]}
    /** Who moves the functions that it has already. */
    | {readonly kind: 'managed'; readonly managed: boolean}
    | {readonly kind: 'remedies'; readonly remedies: readonly Remedy43[]};

/** What would be done, and what stands in the way. Making one changes nothing. */
export interface SetUpPlan {
    readonly card: NamedCard;
    readonly identity: string;
    /** Null when no machine was chosen: then only Linux is set up. */
    readonly machineName: string | null;
    readonly machineRuns: boolean;
    /** What the machine is to have; null when no machine was chosen. */
    readonly gift: CardGift | null;
    readonly changes: readonly Change[];
    readonly checks: readonly SetUpCheck[];
    readonly obstacles: readonly SetUpCheck[];
}

/** Plans what has to be changed for a card to be lent. */
export function planSetUp(
    facts: SetUpFacts,
    checks: readonly SetUpCheck[],
    options: SetUpOptions,
): SetUpPlan {
    const {card, cardName, machine} = facts;
    const identity = identityOf(card.display);
    const gift: CardGift | null = machine && {
        identity,
        functions: [card.display.address, ...card.functions.slice(1).map(({address}) => address)],
        ...options,
    };
    const open = (id: CheckId): boolean =>
        checks.some(check => check.id === id && check.status !== 'ok' && check.mendable);
    const changes: Change[] = [];
    if (open('desktop-rule') || open('sound')) changes.push({kind: 'rule'});
    if (open('guard'))
        changes.push({kind: 'guard', update: facts.helper.there && facts.helper.guard !== 'absent'});
    if (machine && gift) {
        const {missing, present, managed} = cardStanding(machine.definition, gift.functions);
        if (missing.length > 0) changes.push({kind: 'devices', functions: missing});
        if (present.length > 0 && managed !== options.managed)
            changes.push({kind: 'managed', managed: options.managed});
        const remedies = options.remedies.filter(remedy => !hasRemedy(machine.definition, remedy));
        if (remedies.length > 0) changes.push({kind: 'remedies', remedies});
    }
    return {
        card: {address: card.display.address, name: cardName},
        identity,
        machineName: machine?.name ?? null,
        machineRuns: machine?.running ?? false,
        gift,
        changes,
        checks,
        obstacles: obstacles(checks),
    };
}

/** A change as a person reads it before it is done. */
export function changeLabel(change: Change, machineName: string): string {
    const machine = {machine: machineName};
    switch (change.kind) {
        case 'rule':
            return _(
                'Have the desktop and the sound server leave this card alone (a udev rule for this card only)',
            );
        case 'guard':
            return change.update
                ? _('Bring libvirt’s guard up to date')
                : _('Put libvirt’s guard in place, which refuses a start while the card is in use');
        case 'devices':
            return fill(
                ngettext(
                    'Give {machine} {count} function of the card: {addresses}',
                    'Give {machine} {count} functions of the card, on one slot of the guest: {addresses}',
                    change.functions.length,
                ),
                {...machine, count: change.functions.length, addresses: change.functions.join(', ')},
            );
        case 'managed':
            return change.managed
                ? fill(_('Have libvirt move the card by itself when {machine} starts and stops'), machine)
                : fill(_('Have libvirt start {machine} only after Handover has taken the card'), machine);
        case 'remedies':
            return fill(
                _('Keep the driver in {machine} from seeing the virtual machine (Code 43): {remedies}'),
                {
                    ...machine,
                    remedies: change.remedies.map(remedyLabel).join(', '),
                },
            );
    }
}

export function remedyLabel(remedy: Remedy43): string {
    switch (remedy) {
        case 'kvm-hidden':
            return _('KVM hidden');
        case 'vendor-id':
            return _('another vendor name of Hyper-V');
        case 'ioapic':
            return _('interrupts by KVM');
    }
}

/** What is left for the person to do once a plan has been carried out. */
export function afterwards({changes, checks, machineRuns, machineName}: SetUpPlan): string[] {
    const open = (id: CheckId): boolean => checks.some(check => check.id === id && check.status !== 'ok');
    const rule = changes.some(({kind}) => kind === 'rule');
    const machine = changes.some(({kind}) => kind !== 'rule' && kind !== 'guard');
    return [
        ...(rule || open('desktop-rule') || open('desktop-now')
            ? [_('Log out and in again, so that the desktop lets the card go.')]
            : []),
        ...(machine && machineRuns
            ? [
                  fill(_('Shut {machine} down and start it again: it gets the card at its next start.'), {
                      machine: machineName ?? '',
                  }),
              ]
            : []),
    ];
}

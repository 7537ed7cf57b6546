// SPDX-License-Identifier: GPL-3.0-or-later
// What guards a handover, and what would disturb it.
import type {GuardStatus} from '../gpu/helperInterface.js';
import {_} from '../platform/i18n.js';
import type {SetUpCheck} from './checks.js';
import type {HelperTrouble} from './helperTrouble.js';
import type {SetUpFacts} from './setUpFacts.js';

export function guardChecks(facts: SetUpFacts): SetUpCheck[] {
    return [...computerGuardChecks(facts), ...modeset(facts)];
}

/** What these rest on: no card. */
export type GuardFacts = Pick<SetUpFacts, 'helper' | 'supergfxd'>;

/** Those that are about no card in particular. */
export function computerGuardChecks(facts: GuardFacts): SetUpCheck[] {
    return [helper(facts), guard(facts), otherWriter(facts)];
}

function helper({helper}: GuardFacts): SetUpCheck {
    const base = {id: 'helper', needed: true, mendable: false, title: _('Helper')} as const;
    if (helper.there) return {...base, status: 'ok', evidence: _('Installed, and it answers'), fix: ''};
    return {...base, ...troubleWords(helper.trouble)};
}

/** What is the matter with the helper, and what to do about it. */
export function troubleWords({
    kind,
}: HelperTrouble): Pick<SetUpCheck, 'status' | 'needed' | 'evidence' | 'fix'> {
    switch (kind) {
        case 'missing':
            return {
                status: 'failed',
                needed: true,
                evidence: _('It is not installed, so that nothing can be moved between Linux and a machine.'),
                fix: _('Install Handover for the whole system, with its helper.'),
            };
        case 'old':
            return {
                status: 'failed',
                needed: true,
                evidence: _('It is of another version than this program.'),
                fix: _('Update Handover for the whole system, so that all of its parts are of one version.'),
            };
        case 'denied':
            return {
                status: 'unknown',
                // It asks for a password when it is to do something; looking may not be allowed all the same.
                needed: false,
                evidence: _('It is there, and does not let this account look.'),
                fix: _('Log in at the computer itself, or use an administrator’s account.'),
            };
        case 'failed':
            return {
                status: 'unknown',
                needed: true,
                evidence: _('It does not answer.'),
                fix: _('Look into the system’s journal for handover-helper, then look again.'),
            };
    }
}

function guard({helper}: GuardFacts): SetUpCheck {
    const base = {id: 'guard', title: _('libvirt’s guard')} as const;
    if (!helper.there)
        return {
            ...base,
            needed: false,
            mendable: true,
            status: 'unknown',
            evidence: _('Only the helper can tell whether it is in place.'),
            fix: _('Set the card up: that puts it in place.'),
        };
    const {evidence, fix} = guardWords(helper.guard);
    return {
        ...base,
        needed: true,
        mendable: helper.guard !== 'installed' && helper.guard !== 'foreign',
        status: helper.guard === 'installed' ? 'ok' : 'failed',
        evidence,
        fix,
    };
}

function guardWords(status: GuardStatus): Pick<SetUpCheck, 'evidence' | 'fix'> {
    const setUp = _('Set the card up: that puts it in place.');
    switch (status) {
        case 'installed':
            return {evidence: _('In place: libvirt refuses a start while the card is in use'), fix: ''};
        case 'absent':
            return {
                evidence: _('It is missing: other programs could start a machine while the card is in use.'),
                fix: setUp,
            };
        case 'outdated':
            return {evidence: _('It is of another version.'), fix: setUp};
        case 'disabled':
            return {evidence: _('It is there, but libvirt does not run it.'), fix: setUp};
        case 'foreign':
            return {
                evidence: _('Another file has its place: /etc/libvirt/hooks/qemu.d/handover-guard'),
                fix: _('Move that file away, then set the card up.'),
            };
    }
}

function otherWriter({supergfxd}: GuardFacts): SetUpCheck {
    const base = {
        id: 'other-writer',
        needed: false,
        mendable: false,
        title: _('Other programs that move cards'),
    } as const;
    if (supergfxd === true)
        return {
            ...base,
            status: 'failed',
            evidence: _(
                'supergfxd is running. It moves cards, too, and the two would write over each other.',
            ),
            fix: _('Turn it off: sudo systemctl disable --now supergfxd'),
        };
    if (supergfxd === null)
        return {
            ...base,
            status: 'unknown',
            evidence: _('The system’s message bus does not tell.'),
            fix: _('Make sure that supergfxd does not run.'),
        };
    return {...base, status: 'ok', evidence: _('None is running'), fix: ''};
}

function modeset({card, modeset}: SetUpFacts): SetUpCheck[] {
    if (card.display.driver !== 'nvidia') return [];
    const base = {
        id: 'modeset',
        needed: false,
        mendable: false,
        title: _('NVIDIA’s display driver'),
    } as const;
    if (modeset === false)
        return [{...base, status: 'ok', evidence: _('nvidia_drm does not set modes'), fix: ''}];
    const fix = _(
        'Handover’s own start takes the card first, which works. To let other programs start the machine as well, set the option modeset=0 for nvidia_drm in /etc/modprobe.d.',
    );
    if (modeset === null)
        return [
            {...base, status: 'unknown', evidence: _('nvidia_drm does not tell whether it sets modes.'), fix},
        ];
    return [
        {
            ...base,
            status: 'failed',
            evidence: _(
                'nvidia_drm sets modes. The guard cannot see who uses the card then, and refuses starts by other programs.',
            ),
            fix,
        },
    ];
}

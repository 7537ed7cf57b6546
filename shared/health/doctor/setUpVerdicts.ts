// SPDX-License-Identifier: GPL-3.0-or-later
import {_} from '../../platform/i18n.js';
import type {CheckId, SetUpCheck} from '../../setUp/checks.js';
import type {HelperView} from '../../setUp/setUpFacts.js';
import type {Verdict} from '../finding.js';
import type {FixAction} from '../fixAction.js';

/**
 * What the set-up's checks of one id say, as answers of the doctor's.
 *
 * @param helper who would do what is offered; one that is not installed is not offered
 */
export function verdictsOf(
    id: CheckId,
    checks: readonly SetUpCheck[],
    card: string | null,
    helper: HelperView | null = null,
): Verdict[] {
    const missing = helper !== null && !helper.there && helper.trouble.kind === 'missing';
    return checks
        .filter(found => found.id === id)
        .map(found => verdictOf(found, card))
        .map(found => (missing && found.action ? withoutHelper(found) : found));
}

export function verdictOf({id, status, evidence, fix, mendable}: SetUpCheck, card: string | null): Verdict {
    const action = status !== 'ok' && mendable ? actionFor(id, card) : null;
    return {status, about: card, evidence, fix: action ? fixFor(id, action) : fix, action};
}

function withoutHelper(verdict: Verdict): Verdict {
    return {...verdict, fix: _('Install Handover’s helper first, which can do it.'), action: null};
}

/** The set-up speaks of all that it does; here one thing is offered, and called as its button is. */
function fixFor(id: CheckId, {kind}: FixAction): string {
    if (kind === 'install-guard') return _('Install the guard: libvirt asks it before each start.');
    return id === 'sound'
        ? _(
              'Keep the desktop off the card: the rule keeps the sound server off it, too. Then log out and in again.',
          )
        : _(
              'Keep the desktop off the card: that writes a rule for this card only. Then log out and in again.',
          );
}

/** What of the set-up is safe to be done by itself. */
function actionFor(id: CheckId, card: string | null): FixAction | null {
    if (id === 'guard') return {kind: 'install-guard'};
    if (card !== null && (id === 'desktop-rule' || id === 'sound')) return {kind: 'install-rule', card};
    return null;
}

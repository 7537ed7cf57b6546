// SPDX-License-Identifier: GPL-3.0-or-later
import type {CheckId, SetUpCheck} from '../../setUp/checks.js';
import type {Verdict} from '../finding.js';
import type {FixAction} from '../fixAction.js';

/** What the set-up's checks of one id say, as answers of the doctor's. */
export function verdictsOf(id: CheckId, checks: readonly SetUpCheck[], card: string | null): Verdict[] {
    return checks.filter(found => found.id === id).map(found => verdictOf(found, card));
}

export function verdictOf({id, status, evidence, fix, mendable}: SetUpCheck, card: string | null): Verdict {
    const action = status !== 'ok' && mendable ? actionFor(id, card) : null;
    return {status, about: card, evidence, fix, action};
}

/** What of the set-up is safe to be done by itself. */
function actionFor(id: CheckId, card: string | null): FixAction | null {
    if (id === 'guard') return {kind: 'install-guard'};
    if (card !== null && (id === 'desktop-rule' || id === 'sound')) return {kind: 'install-rule', card};
    return null;
}

// SPDX-License-Identifier: GPL-3.0-or-later

/** What can be done about a finding. Each has its opposite; see {@link opposite}. */
export type FixAction =
    | {readonly kind: 'install-guard' | 'remove-guard'}
    | {readonly kind: 'install-rule' | 'remove-rule' | 'give-back' | 'take'; readonly card: string};

const OPPOSITES = {
    'install-guard': 'remove-guard',
    'remove-guard': 'install-guard',
    'install-rule': 'remove-rule',
    'remove-rule': 'install-rule',
    'give-back': 'take',
    take: 'give-back',
} as const;

/** What undoes an action. */
export function opposite(action: FixAction): FixAction {
    return 'card' in action
        ? {kind: OPPOSITES[action.kind], card: action.card}
        : {kind: OPPOSITES[action.kind]};
}

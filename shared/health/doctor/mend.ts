// SPDX-License-Identifier: GPL-3.0-or-later
import type {HelperClient} from '../../gpu/helperClient.js';
import type {HandoverOutcome} from '../../gpu/helperInterface.js';
import type {FixAction} from '../fixAction.js';

/** What is asked of the helper to mend something. */
export type Mender = Pick<
    HelperClient,
    'installGuard' | 'removeGuard' | 'installIgnoreRule' | 'removeIgnoreRule' | 'giveBack' | 'take'
>;

/**
 * Does what a finding offers, by the helper, which has polkit ask the person.
 *
 * @returns how a card's move ended; null for what is no move
 * @throws GLib.Error as the helper gave it
 */
export async function mend(helper: Mender, action: FixAction): Promise<HandoverOutcome | null> {
    switch (action.kind) {
        case 'install-guard':
            await helper.installGuard();
            return null;
        case 'remove-guard':
            await helper.removeGuard();
            return null;
        case 'install-rule':
            await helper.installIgnoreRule(action.card);
            return null;
        case 'remove-rule':
            await helper.removeIgnoreRule(action.card);
            return null;
        case 'give-back':
            return helper.giveBack(action.card);
        case 'take':
            return helper.take(action.card);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {HelperClient} from '../../shared/gpu/helperClient.js';
import type {HolderReport} from '../../shared/gpu/holders/holders.js';
import {isComplete} from '../../shared/gpu/words.js';
import {withDeadline} from '../../shared/platform/clock.js';
import {DeadlineError} from '../../shared/platform/errors.js';

/** How long (ms) a mere look waits for the helper, which may have to be started and may ask polkit. */
const HELPER_MS = 5000;

/**
 * Who holds a card, as completely as this user may know without being asked for a password.
 *
 * @param own what the user can see alone
 * @param helper null where there is none
 */
export async function completeView(
    address: string,
    own: HolderReport,
    helper: HelperClient | null,
): Promise<HolderReport> {
    if (helper === null || isComplete(own)) return own;
    try {
        return await withDeadline('the helper', HELPER_MS, helper.holders(address));
    } catch (error) {
        // Not installed, not allowed, too slow, or it answers what nobody understands: then this is all that we know,
        // and what is missing is said.
        const expected =
            error instanceof GLib.Error || error instanceof DeadlineError || error instanceof SyntaxError;
        if (!expected) throw error;
        return own;
    }
}

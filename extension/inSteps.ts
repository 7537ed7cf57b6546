// SPDX-License-Identifier: GPL-3.0-or-later
import {LOAD_STEPS, type Part} from './loadSteps.js';

/**
 * Loads the modules of a part little by little.
 *
 * To load them all at once is the longest that the Shell would have to wait for us. GJS goes back to the main loop
 * between two dynamic imports, so that none of the steps takes longer than a few milliseconds.
 */
export async function loadInSteps(part: Part): Promise<void> {
    for (const step of LOAD_STEPS[part]) await import(step);
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../../shared/machines/machine.js';

/** Whether its processors run: of one that is paused it need not be said what holds it back. */
export function runs({state}: Machine): boolean {
    return state === 'running' || state === 'blocked';
}

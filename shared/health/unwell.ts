// SPDX-License-Identifier: GPL-3.0-or-later
// By itself, for rows of machines: it loads nothing of what an examination needs.
import type {Machine} from '../machines/machine.js';
import {_} from '../platform/i18n.js';

/** What tells without asking that a machine is not well, as a sentence; null when nothing does. */
export function unwell(machine: Machine): string | null {
    const {state, reason} = machine;
    if (state === 'crashed') return _('It has crashed.');
    if (state === 'paused')
        switch (reason) {
            case 'io-error':
                return _('A disk error has paused it.');
            case 'watchdog':
                return _('Its watchdog has fired, and has paused it.');
            case 'crashed':
                return _('Its guest has crashed.');
            case 'postcopy-failed':
            case 'api-error':
                return _('It is paused because something went wrong.');
            default:
                return null;
        }
    if (state === 'running' && reason === 'crashed')
        return _('Its guest has crashed, and goes on in its crash kernel.');
    if (state === 'shutoff' && reason === 'crashed') return _('It has crashed.');
    return null;
}

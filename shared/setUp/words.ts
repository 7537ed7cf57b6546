// SPDX-License-Identifier: GPL-3.0-or-later
import {_} from '../platform/i18n.js';
import type {SetUpCheck} from './checks.js';

/** What a set-up, an undo or the giving of a device does at a step; empty for one that is not known. */
export function setUpStepLabel(step: string): string {
    switch (step) {
        case 'look':
            return _('Looking once more…');
        case 'rule':
            return _('The desktop’s rule…');
        case 'guard':
            return _('libvirt’s guard…');
        case 'machine':
        case 'define':
            return _('The machine’s definition…');
        case 'plug':
            return _('Plugging it in…');
        case 'unplug':
            return _('The guest lets it go…');
        case 'verify':
            return _('Looking it over…');
        default:
            return '';
    }
}

/** How a check stands, in a word. */
export function checkStatusLabel({status, needed}: Pick<SetUpCheck, 'status' | 'needed'>): string {
    switch (status) {
        case 'ok':
            return _('OK');
        case 'failed':
            return needed ? _('No') : _('Note');
        case 'unknown':
            return _('Unknown');
    }
}

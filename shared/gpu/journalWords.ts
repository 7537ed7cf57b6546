// SPDX-License-Identifier: GPL-3.0-or-later
// The journal of handovers in words; the same ones in the app and the terminal.
import {_, fill} from '../platform/i18n.js';
import type {JournalEntry} from './handover/handoverDesk.js';
import {userNames} from './holders/holderProcess.js';

/** What was asked for. */
export function journalDirectionLabel(direction: JournalEntry['direction']): string {
    switch (direction) {
        case 'take':
            return _('Take from Linux');
        case 'return':
            return _('Return to Linux');
        case 'force-back':
            return _('Force back to Linux');
        case 'mend':
            return _('Putting right after an interruption');
    }
}

/** What came of it. */
export function journalResultLabel(result: JournalEntry['result']): string {
    switch (result) {
        case 'done':
            return _('Done');
        case 'already':
            return _('Nothing to do');
        case 'refused':
            return _('Refused');
        case 'failed':
            return _('Failed');
        case 'stuck':
            return _('Stuck: the kernel does not answer');
        case 'cancelled':
            return _('Cancelled');
    }
}

/**
 * Who asked for it.
 *
 * @param by as the helper writes it: `uid NUMBER`, or `mend` for the helper itself
 * @param userName finds the name of a user
 */
export function journalCallerLabel(by: string, userName: (uid: number) => string = userNames()): string {
    const uid = /^uid (\d{1,10})$/.exec(by)?.[1];
    if (uid === undefined) return by === 'mend' ? _('The helper') : by;
    // libvirt's hook has the system bring a card back.
    return uid === '0' ? _('The system') : userName(Number(uid));
}

/** How long it took, in milliseconds: as such below a tenth of a second, else in seconds with one digit. */
export function journalDurationLabel(ms: number): string {
    // What would be rounded to a tenth of a second is told as one.
    return ms < 99.5
        ? fill(_('{milliseconds} ms'), {milliseconds: Math.round(ms)})
        : fill(_('{seconds} s'), {seconds: (ms / 1000).toFixed(1)});
}

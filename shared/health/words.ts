// SPDX-License-Identifier: GPL-3.0-or-later
// Findings and what can be done about them in words; the same ones in the app and the terminal.
import {_, fill, ngettext} from '../platform/i18n.js';
import type {Finding} from './finding.js';
import type {FixAction} from './fixAction.js';
import type {IntegrationRow} from './integration/integrationRow.js';

/** How a question was answered, in a word or two. */
export function findingStatusLabel({status, severity}: Pick<Finding, 'status' | 'severity'>): string {
    if (status === 'ok') return _('OK');
    if (status === 'unknown') return _('Not measured');
    switch (severity) {
        case 'hard':
            return _('Error');
        case 'warning':
            return _('Warning');
        case 'advice':
            return _('Advice');
    }
}

/** The question, and what it was asked about: a card by its name, too, where that is known. */
export function findingTitle(finding: Pick<Finding, 'title' | 'about' | 'aboutName'>): string {
    const subject = findingSubject(finding);
    return subject === null ? finding.title : `${finding.title} (${subject})`;
}

/** What a question was asked about; null where there is nothing to be told apart. */
export function findingSubject({about, aboutName}: Pick<Finding, 'about' | 'aboutName'>): string | null {
    return about === null || aboutName === undefined ? about : `${aboutName}, ${about}`;
}

/** Whether it is so for good, or at this moment only. */
export function lastingLabel({lasting}: Pick<Finding, 'lasting'>): string {
    return lasting ? _('Lasting: so until somebody changes it') : _('Momentary: it can pass by itself');
}

/** How many of them need somebody, as a heading. */
export function findingsHeading(findings: readonly Finding[]): string {
    const failed = findings.filter(({status}) => status === 'failed').length;
    // What could not be measured may not be well.
    if (failed === 0)
        return findings.some(({status}) => status === 'unknown') ? _('Nothing failed') : _('All is well');
    return fill(ngettext('{count} thing needs attention', '{count} things need attention', failed), {
        count: failed,
    });
}

/** How many of them could not be measured; empty for none. */
export function unmeasuredLine(findings: readonly Finding[]): string {
    const unknown = findings.filter(({status}) => status === 'unknown').length;
    if (unknown === 0) return '';
    return fill(ngettext('{count} could not be measured', '{count} could not be measured', unknown), {
        count: unknown,
    });
}

/** What a button or a question calls an action. */
export function fixActionLabel({kind}: FixAction): string {
    switch (kind) {
        case 'install-guard':
            return _('Install the guard');
        case 'remove-guard':
            return _('Remove the guard');
        case 'install-rule':
            return _('Keep the desktop off the card');
        case 'remove-rule':
            return _('Let the desktop use the card');
        case 'give-back':
            return _('Give the card back to Linux');
        case 'take':
            return _('Take the card from Linux');
    }
}

/** What the button is called that has an action done, with its mnemonic. */
export function fixActionVerb({kind}: FixAction): string {
    switch (kind) {
        case 'install-guard':
        case 'install-rule':
            return _('_Install');
        case 'remove-guard':
        case 'remove-rule':
            return _('_Remove');
        case 'give-back':
            return _('_Give back');
        case 'take':
            return _('_Take');
    }
}

/** What an action will do, in sentences for who is asked whether it shall. */
export function fixActionSentence(action: FixAction): string {
    const card = 'card' in action ? action.card : '';
    switch (action.kind) {
        case 'install-guard':
            return _(
                'A script is put among libvirt’s hooks. It refuses the start of a machine whose card is still in use, whoever starts it.',
            );
        case 'remove-guard':
            return _('The script is taken away from libvirt’s hooks. Nothing refuses a start any more.');
        case 'install-rule':
            return fill(
                _(
                    'A rule of udev’s is put in place, by which the desktop leaves {card} alone. It holds from the next log-in on.',
                ),
                {card},
            );
        case 'remove-rule':
            return fill(
                _(
                    'The rule that keeps the desktop off {card} is taken away. It holds from the next log-in on.',
                ),
                {card},
            );
        case 'give-back':
            return fill(_('{card} is bound to its Linux drivers again.'), {card});
        case 'take':
            return fill(_('{card} is taken from its Linux drivers and made ready for a machine.'), {card});
    }
}

/** What is said when an action was carried out. */
export function fixActionDone({kind}: FixAction): string {
    switch (kind) {
        case 'install-guard':
            return _('The guard is installed');
        case 'remove-guard':
            return _('The guard was removed');
        case 'install-rule':
            return _('The desktop leaves the card alone from the next log-in on');
        case 'remove-rule':
            return _('The desktop may use the card from the next log-in on');
        case 'give-back':
            return _('The card is back with Linux');
        case 'take':
            return _('The card is ready for a machine');
    }
}

/** How guest and host do at one thing, in a word or two. */
export function rowStatusLabel({status, pending}: Pick<IntegrationRow, 'status' | 'pending'>): string {
    if (pending) return _('At next start');
    switch (status) {
        case 'works':
            return _('Works');
        case 'missing':
            return _('Missing');
        case 'not-applicable':
            return _('Not applicable');
        case 'unknown':
            return _('Not measured');
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
// What to notify of, in the same words from the panel and from the app.
import {CardHeldError, CardNotBackError, CardStuckError} from '../lending/lendingErrors.js';
import type {Happening} from '../machines/happening.js';
import type {MachineAction} from '../machines/actions.js';
import type {ActionOptions} from '../machines/machineOperations.js';
import type {Machine} from '../machines/machine.js';
import {GuestIgnoredError} from '../machines/machineErrors.js';
import {_, fill} from '../platform/i18n.js';
import {describeProblem} from '../problems/problem.js';

export type NoticeAction =
    | 'start'
    | 'force-off'
    | 'reset'
    /** Close what holds the card, and start. */
    | 'close-and-start'
    /** The same with force. */
    | 'force-close-and-start'
    /** Start as soon as nobody holds the card. */
    | 'start-when-free'
    /** Of a card. */
    | 'force-back'
    /** The page that says what is wrong with the machine. */
    | 'health'
    | 'details';

/** What a notice's button asks of a machine; null when it is nothing that a machine does. */
export function orderOf(action: NoticeAction): {action: MachineAction; options: ActionOptions} | null {
    switch (action) {
        case 'start':
        case 'force-off':
        case 'reset':
            return {action, options: {}};
        case 'close-and-start':
            return {action: 'start', options: {start: {held: 'close'}}};
        case 'force-close-and-start':
            return {action: 'start', options: {start: {held: 'force-close'}}};
        case 'start-when-free':
            return {action: 'start', options: {start: {held: 'wait'}}};
        case 'force-back':
        case 'health':
        case 'details':
            return null;
    }
}

export interface NoticeButton {
    readonly label: string;
    readonly action: NoticeAction;
}

/** How much a notice presses: `critical` breaks through Do Not Disturb. */
export type Urgency = 'normal' | 'high' | 'critical';

/** A notification, in plain text. */
export interface Notice {
    /** One of each id is shown at a time: the next replaces it. */
    readonly id: string;
    readonly title: string;
    readonly body: string;
    readonly urgency: Urgency;
    readonly buttons: readonly NoticeButton[];
}

/** Of all notices about a machine there is one at a time, which has this id; whatever happens next overtakes it. */
export function noticeId(machine: Machine): string {
    return `machine:${machine.key}`;
}

/**
 * What a happening is worth telling of, when nobody looks at the machine.
 *
 * @returns null when it is not
 */
export function noticeFor(machine: Machine, happening: Happening): Notice | null {
    const id = noticeId(machine);
    const name = {name: machine.shortName};
    const plain = (title: string, body = ''): Notice => ({
        id,
        title,
        body,
        urgency: 'normal',
        buttons: [],
    });
    switch (happening.kind) {
        case 'started':
        case 'restored':
            return plain(fill(_('{name} started'), name));
        case 'stopped':
            return plain(fill(_('{name} stopped'), name));
        case 'saved':
            return plain(fill(_('{name} was saved and stopped'), name));
        case 'crashed':
            return {
                id,
                title: fill(_('{name} crashed'), name),
                body: _('The guest has ended without shutting down.'),
                urgency: 'critical',
                buttons: [
                    {label: _('Start again'), action: 'start'},
                    {label: _('Health'), action: 'health'},
                ],
            };
        case 'io-error':
            return {
                id,
                title: fill(_('{name} is paused'), name),
                body: _(
                    'A disk of the machine could not be read or written. Make room or mend it, then resume.',
                ),
                urgency: 'critical',
                buttons: [{label: _('Health'), action: 'health'}],
            };
        case 'watchdog':
            return {
                id,
                title: fill(_('{name} is paused'), name),
                body: _('Its watchdog found that the guest hangs.'),
                urgency: 'high',
                buttons: [{label: _('Health'), action: 'health'}],
            };
        case 'failed':
            // Of a card that does not come back its own notice tells, however its machine ended.
            return isLateCard(happening) ? null : failure(machine, happening, id);
        default:
            return null;
    }
}

function isLateCard({action, error}: Happening): boolean {
    return action !== 'start' && (error instanceof CardNotBackError || error instanceof CardStuckError);
}

function failure(machine: Machine, happening: Happening, id: string): Notice {
    const {error} = happening;
    const problem = describeProblem(error);
    const buttons: NoticeButton[] = [];
    let urgency: Urgency = 'high';
    if (error instanceof GuestIgnoredError) {
        if (error.action === 'shutdown') {
            buttons.push({label: _('Force off'), action: 'force-off'});
            urgency = 'critical';
        } else {
            buttons.push({label: _('Reset'), action: 'reset'});
        }
    }
    if (error instanceof CardHeldError && happening.action === 'start') {
        if (error.closingHelps) buttons.push(closeButton(error));
        buttons.push({label: _('Start when free'), action: 'start-when-free'});
    }
    buttons.push({label: _('Details'), action: 'details'});
    const {title, body} = refusedStart(machine, happening) ?? problem;
    return {id, title, body, urgency, buttons};
}

/** A start that a card's users prevent: its problem speaks of the card, but a person has asked for the machine. */
function refusedStart(machine: Machine, {action, error}: Happening): Pick<Notice, 'title' | 'body'> | null {
    if (!(error instanceof CardHeldError) || action !== 'start') return null;
    return {
        title: fill(_('{name} was not started'), {name: machine.shortName}),
        body: `${fill('{card}', {card: error.gpu.name})}: ${describeProblem(error).body}`,
    };
}

function closeButton({closable: [app, ...others], triedClosing}: CardHeldError): NoticeButton {
    const values = {app: app?.name ?? ''};
    const one = others.length === 0;
    if (triedClosing)
        return {
            label: one
                ? fill(_('Force {app} to close and start'), values)
                : _('Force them to close and start'),
            action: 'force-close-and-start',
        };
    return {
        label: one ? fill(_('Close {app} and start'), values) : _('Close them and start'),
        action: 'close-and-start',
    };
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';

import type {CardHeldError} from '../../shared/lending/lendingErrors.js';
import {roleLabel} from '../../shared/gpu/words.js';
import {_, fill, ngettext, oneLine} from '../../shared/platform/i18n.js';
import {holderLook} from '../gpu/holderLook.js';

/** What is to be done about a card that is held. */
export type HeldAnswer = 'close' | 'force-close' | 'wait' | 'cancel';

/** So many holders are listed; the page of the card has all. */
const MOST_LISTED = 5;
const LONGEST_NAME = 24;

/** What the dialog asks for, in the words of whoever asks. */
export interface HeldQuestion {
    /** What the card is wanted for: a machine that starts, or a machine to come. */
    readonly machine: string | null;
    /** Whether the holders have been asked to close already, so that only force is left. */
    readonly asked: boolean;
}

/**
 * Asks what to do about what keeps a card busy.
 *
 * Closing is offered when it helps: when everything that holds the card is the person's own to close.
 */
export function askAboutHolders(
    parent: Gtk.Widget,
    error: CardHeldError,
    {machine, asked}: HeldQuestion,
): Promise<HeldAnswer> {
    const {processes, consoles} = error.report;
    const force = asked && error.closingHelps;
    const dialog = new Adw.AlertDialog({
        heading: force ? _('Force programs to quit?') : _('Graphics card in use'),
        default_response: 'cancel',
        close_response: 'cancel',
    });
    dialog.body = `${needText(error, machine)} ${wayText(error, force)}`;
    if (error.machine === null && (processes.length > 0 || consoles.length > 0))
        dialog.extra_child = holderList(processes, consoles.length > 0);
    dialog.add_response('cancel', _('Cancel'));
    if (machine !== null && !isHeldForGood(error)) dialog.add_response('wait', _('Start when free'));
    if (error.closingHelps) {
        const answer: HeldAnswer = force ? 'force-close' : 'close';
        dialog.add_response(answer, closeLabel(error, machine !== null, force));
        dialog.set_response_appearance(
            answer,
            force ? Adw.ResponseAppearance.DESTRUCTIVE : Adw.ResponseAppearance.SUGGESTED,
        );
    }
    return new Promise(resolve => {
        dialog.connect('response', (_dialog, response: string) => resolve(response as HeldAnswer));
        dialog.present(parent);
    });
}

/** The desktop and the log-in screen never let go of a card that they have opened. */
function isHeldForGood({report}: CardHeldError): boolean {
    return report.processes.some(({role}) => role === 'desktop' || role === 'display-manager');
}

/** What the card is wanted for. */
function needText({gpu}: CardHeldError, machine: string | null): string {
    return machine === null
        ? fill(_('{card} can be lent once nothing uses it.'), {card: gpu.name})
        : fill(_('{machine} needs {card}, which has to be free before it starts.'), {
              machine,
              card: gpu.name,
          });
}

/** What stands in the way, and what can be done about it. */
function wayText(error: CardHeldError, force: boolean): string {
    if (error.machine !== null)
        return fill(_('{machine} has it now. Shut that machine down to get it back.'), {
            machine: error.machine,
        });
    if (isHeldForGood(error))
        return _(
            'The desktop itself uses the card and does not let go of it. Set the card up for lending, then log out and in again.',
        );
    if (force) return _('What uses it was asked to close and has not. What is not saved in it is lost.');
    if (error.closingHelps) return _('Programs are asked to close, so that you can save your work first.');
    return _('Not everything that uses it can be closed from here.');
}

/** What the button says that closes them: the name where there is one, else how many. */
function closeLabel({closable, report}: CardHeldError, starts: boolean, force: boolean): string {
    const pids = new Set(closable.map(({pid}) => pid));
    const looks = report.processes.filter(({pid}) => pids.has(pid)).map(holderLook);
    const names = [...new Set(looks.map(({name}) => name))];
    const [name = ''] = names;
    const values = {name: oneLine(name, LONGEST_NAME), count: names.length};
    if (names.length === 1) {
        if (force)
            return fill(starts ? _('Force {name} to quit and start') : _('Force {name} to quit'), values);
        return fill(starts ? _('Close {name} and start') : _('Close {name} and take'), values);
    }
    if (force)
        return fill(
            starts
                ? ngettext(
                      'Force {count} program to quit and start',
                      'Force {count} programs to quit and start',
                      names.length,
                  )
                : ngettext('Force {count} program to quit', 'Force {count} programs to quit', names.length),
            values,
        );
    return fill(
        starts
            ? ngettext('Close {count} program and start', 'Close {count} programs and start', names.length)
            : ngettext('Close {count} program and take', 'Close {count} programs and take', names.length),
        values,
    );
}

function holderList(processes: CardHeldError['report']['processes'], console: boolean): Gtk.Widget {
    const list = new Gtk.ListBox({
        selection_mode: Gtk.SelectionMode.NONE,
        css_classes: ['boxed-list'],
    });
    list.update_property([Gtk.AccessibleProperty.LABEL], [_('In use by')]);
    for (const process of processes.slice(0, MOST_LISTED)) {
        const {name, icon} = holderLook(process);
        const who = fill(_('Process {pid} of {user}'), {pid: process.pid, user: process.user});
        const role = roleLabel(process.role);
        list.append(makeRow(name, role === '' ? who : `${role} · ${who}`, new Gtk.Image({gicon: icon})));
    }
    if (console)
        list.append(
            makeRow(_('Text console'), '', new Gtk.Image({icon_name: 'utilities-terminal-symbolic'})),
        );
    const more = processes.length - MOST_LISTED;
    if (more > 0)
        list.append(
            makeRow(
                fill(ngettext('{count} more', '{count} more', more), {count: more}),
                '',
                new Gtk.Image({icon_name: 'view-more-horizontal-symbolic'}),
            ),
        );
    return list;
}

function makeRow(title: string, subtitle: string, image: Gtk.Image): Adw.ActionRow {
    // What a process calls itself is no markup.
    const row = new Adw.ActionRow({use_markup: false, title_lines: 1, subtitle_lines: 1});
    row.title = title;
    row.subtitle = subtitle;
    image.pixel_size = 32;
    image.accessible_role = Gtk.AccessibleRole.PRESENTATION;
    row.add_prefix(image);
    return row;
}

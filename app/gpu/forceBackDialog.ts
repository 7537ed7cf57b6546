// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';

import {type Rung, RUNGS} from '../../shared/gpu/handover/forceBack.js';
import {_, fill} from '../../shared/platform/i18n.js';

/** Rungs of the ladder as a person sees them; the last is never done for anybody. */
type ShownRung = Rung | 'reboot';

const LADDER: readonly ShownRung[] = [...RUNGS, 'reboot'];

/**
 * Explains the ladder and asks for its next rung.
 *
 * @param cardName whose card it is about
 * @param rung the one that is next; `reboot` when nothing else is left
 * @returns whether the person wants it
 */
export function askForRung(parent: Gtk.Widget, cardName: string, rung: ShownRung): Promise<boolean> {
    const dialog = new Adw.AlertDialog({
        heading: rung === 'reboot' ? _('Only a restart helps') : _('Force the card back?'),
        default_response: 'cancel',
        close_response: 'cancel',
    });
    dialog.body = fill(rungWarning(rung), {card: cardName});
    dialog.extra_child = ladder(rung);
    dialog.add_response('cancel', rung === 'reboot' ? _('Close') : _('Cancel'));
    if (rung !== 'reboot') {
        dialog.add_response('do', rungButton(rung));
        dialog.set_response_appearance('do', Adw.ResponseAppearance.DESTRUCTIVE);
    }
    return new Promise(resolve => {
        dialog.connect('response', (_dialog, response: string) => resolve(response === 'do'));
        dialog.present(parent);
    });
}

function rungLabel(rung: ShownRung): string {
    switch (rung) {
        case 'return':
            return _('Ask the drivers again');
        case 'rescan':
            return _('Remove the card and find it again');
        case 'suspend':
            return _('Put the computer to sleep and wake it');
        case 'reboot':
            return _('Restart the computer');
    }
}

function rungButton(rung: Rung): string {
    switch (rung) {
        case 'return':
            return _('Force back');
        case 'rescan':
            return _('Remove and find again');
        case 'suspend':
            return _('Sleep and wake');
    }
}

/** What a rung may cost. */
function rungWarning(rung: ShownRung): string {
    switch (rung) {
        case 'return':
            return _(
                'The Linux drivers are asked once more to take {card} back. Nothing else of the computer is touched.',
            );
        case 'rescan':
            return _(
                'The drivers did not take {card} back. It is removed from the computer’s PCI bus and looked for again. If it is not found, only a restart brings it back.',
            );
        case 'suspend':
            return _(
                '{card} was not found again as it should be. The computer goes to sleep and has to wake up, which takes the card’s power away for a moment. Save your work first.',
            );
        case 'reboot':
            return _(
                'Everything that is safe has been tried with {card}. Shut your machines down, save your work and restart the computer.',
            );
    }
}

/** All rungs, with a mark on those that have been tried and on the one that is next. */
function ladder(next: ShownRung): Gtk.Widget {
    const list = new Gtk.ListBox({selection_mode: Gtk.SelectionMode.NONE, css_classes: ['boxed-list']});
    list.update_property([Gtk.AccessibleProperty.LABEL], [_('Steps')]);
    const at = LADDER.indexOf(next);
    LADDER.forEach((rung, index) => {
        const row = new Adw.ActionRow({
            title: fill(_('{number}. {step}'), {number: index + 1, step: rungLabel(rung)}),
            subtitle: index < at ? _('Did not help') : index === at ? _('Next') : '',
            sensitive: index <= at,
        });
        row.add_prefix(
            new Gtk.Image({
                icon_name:
                    index < at
                        ? 'process-stop-symbolic'
                        : index === at
                          ? 'go-next-symbolic'
                          : 'content-loading-symbolic',
                accessible_role: Gtk.AccessibleRole.PRESENTATION,
            }),
        );
        list.append(row);
    });
    return list;
}

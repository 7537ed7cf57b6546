// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import type Gtk from 'gi://Gtk?version=4.0';

import {losesUnsaved, type MachineAction} from '../../shared/machines/actions.js';
import type {Machine} from '../../shared/machines/machine.js';
import {actionLabel} from '../../shared/machines/words.js';
import {_, fill} from '../../shared/platform/i18n.js';

/**
 * Asks before what cannot be undone: forcing off and resetting lose what the guest has not written yet.
 *
 * @returns true at once for every other action
 */
export async function mayRun(parent: Gtk.Widget, machine: Machine, action: MachineAction): Promise<boolean> {
    if (!losesUnsaved(action, machine.state)) return true;
    const name = {name: machine.shortName};
    // The name stands in the body: a heading too long for one line makes libadwaita 1.7 warn.
    const dialog = new Adw.AlertDialog({
        heading: action === 'reset' ? _('Reset the machine?') : _('Force the machine off?'),
        body:
            action === 'reset'
                ? fill(
                      _(
                          '{name} restarts at once, as if its reset button were pressed. What is not saved in it is lost.',
                      ),
                      name,
                  )
                : fill(
                      _('{name} stops at once, as if its plug were pulled. What is not saved in it is lost.'),
                      name,
                  ),
        default_response: 'cancel',
        close_response: 'cancel',
    });
    dialog.add_response('cancel', _('Cancel'));
    dialog.add_response('do', actionLabel(action));
    dialog.set_response_appearance('do', Adw.ResponseAppearance.DESTRUCTIVE);
    return new Promise(resolve => {
        dialog.connect('response', (_dialog, response: string) =>
            resolve(response === 'do' && !machine.isGone),
        );
        dialog.present(parent);
    });
}

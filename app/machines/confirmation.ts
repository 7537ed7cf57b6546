// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import type Gtk from 'gi://Gtk?version=4.0';

import type {MachineAction} from '../../shared/machines/actions.js';
import type {Machine} from '../../shared/machines/machine.js';
import {actionLabel} from '../../shared/machines/words.js';
import {_, fill} from '../../shared/platform/i18n.js';

/** Whether an action loses what the guest has not saved. */
export function isDestructive(action: MachineAction): action is 'force-off' | 'reset' {
    return action === 'force-off' || action === 'reset';
}

/**
 * Asks before what cannot be undone: forcing off and resetting lose what the guest has not written yet.
 *
 * @returns true at once for every other action
 */
export async function mayRun(parent: Gtk.Widget, machine: Machine, action: MachineAction): Promise<boolean> {
    if (!isDestructive(action)) return true;
    const name = {name: machine.shortName};
    const dialog = new Adw.AlertDialog({
        heading: fill(action === 'reset' ? _('Reset {name}?') : _('Force {name} off?'), name),
        body:
            action === 'reset'
                ? _(
                      'The guest restarts at once, as if the reset button were pressed. What is not saved in it is lost.',
                  )
                : _('The guest stops at once, as if the plug were pulled. What is not saved in it is lost.'),
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

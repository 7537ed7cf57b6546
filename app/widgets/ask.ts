// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import type Gtk from 'gi://Gtk?version=4.0';

import {_, severalLines} from '../../shared/platform/i18n.js';

/** A question with one way to say yes. */
export interface AskOptions {
    readonly heading: string;
    /** Plain text. */
    readonly body: string;
    /** What the button that says yes is called; it may have a mnemonic. */
    readonly yes: string;
}

const LONGEST = 800;

/** Asks whether something shall be done. It is not done unless it is said. */
export async function ask(parent: Gtk.Widget, {heading, body, yes}: AskOptions): Promise<boolean> {
    const dialog = new Adw.AlertDialog({heading, default_response: 'do', close_response: 'cancel'});
    dialog.body = severalLines(body, LONGEST);
    dialog.add_response('cancel', _('_Cancel'));
    dialog.add_response('do', yes);
    dialog.set_response_appearance('do', Adw.ResponseAppearance.SUGGESTED);
    const response = await new Promise<string>(resolve => {
        dialog.connect('response', (_dialog, chosen: string) => resolve(chosen));
        dialog.present(parent);
    });
    return response === 'do';
}

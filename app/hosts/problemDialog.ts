// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';
import Pango from 'gi://Pango';

import {_, oneLine, severalLines} from '../../shared/platform/i18n.js';
import type {Problem} from '../../shared/problems/problem.js';

/** Of longer texts GTK takes seconds to find the height. Characters for title, body and original message. */
const LONGEST = {title: 200, body: 600, detail: 2048};

/**
 * Shows a problem with its original message, which may hold anything and is never markup.
 *
 * A very long message is shown in part and copied whole.
 */
export function showProblemDialog(
    parent: Gtk.Widget,
    {title, body, detail}: Pick<Problem, 'title' | 'body' | 'detail'>,
): void {
    const dialog = new Adw.AlertDialog({
        heading: _('Details'),
        // The title may hold a name: a heading too long for one line makes libadwaita 1.7 warn.
        body: `${oneLine(title, LONGEST.title)}\n\n${severalLines(body, LONGEST.body)}`,
        close_response: 'close',
    });
    dialog.add_response('close', _('Close'));
    if (detail !== '') {
        dialog.add_response('copy', _('Copy details'));
        const text = new Gtk.Label({
            label: severalLines(detail, LONGEST.detail),
            wrap: true,
            wrap_mode: Pango.WrapMode.WORD_CHAR,
            selectable: true,
            xalign: 0,
        });
        text.add_css_class('monospace');
        text.add_css_class('caption');
        text.update_property([Gtk.AccessibleProperty.DESCRIPTION], [_('Original message')]);
        const scroller = new Gtk.ScrolledWindow({
            child: text,
            hscrollbar_policy: Gtk.PolicyType.NEVER,
            max_content_height: 240,
            propagate_natural_height: true,
        });
        dialog.extra_child = scroller;
        dialog.connect('response', (_dialog, response: string) => {
            if (response === 'copy') parent.get_clipboard().set(detail);
        });
    }
    dialog.default_response = 'close';
    dialog.present(parent);
}

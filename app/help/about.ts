// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';

import {APP_ID, APP_NAME, VERSION} from '../../shared/names.js';
import {_} from '../../shared/platform/i18n.js';

/** Who made it, and under what licence. */
export function makeAboutDialog(): Adw.AboutDialog {
    return new Adw.AboutDialog({
        application_name: APP_NAME,
        application_icon: APP_ID,
        version: VERSION,
        developer_name: _('The Handover contributors'),
        comments: _('Virtual machines in the top bar, in an app and on the command line.'),
        license_type: Gtk.License.GPL_3_0,
        copyright: '© 2026 The Handover contributors',
    });
}

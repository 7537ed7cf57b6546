// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import type Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import {_} from '../../shared/platform/i18n.js';
import {ShortcutRow} from './shortcutRow.js';

/** The keys that work everywhere. */
export class ShortcutsPage extends Adw.PreferencesPage {
    static {
        GObject.registerClass({GTypeName: 'HandoverPrefsShortcutsPage'}, this);
    }

    constructor(settings: Gio.Settings) {
        super({title: _('Shortcuts'), icon_name: 'input-keyboard-symbolic'});
        const group = new Adw.PreferencesGroup({
            title: _('Keyboard shortcuts'),
            description: _('They work in every app and in the overview.'),
        });
        const titles: Readonly<Record<string, string>> = {
            'handover-toggle-machine': _('Start or stop the chosen machine'),
            'handover-open-display': _('Open the chosen machine’s display'),
            'handover-open-menu': _('Open the Handover menu'),
        };
        for (const [key, title] of Object.entries(titles))
            group.add(new ShortcutRow(settings, key, title, titles));
        this.add(group);
    }
}

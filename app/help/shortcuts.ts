// SPDX-License-Identifier: GPL-3.0-or-later
import Gtk from 'gi://Gtk?version=4.0';

import {APP_PATH} from '../../shared/names.js';

/**
 * Shows the keyboard shortcuts.
 *
 * Gtk.ShortcutsWindow, because Adw.ShortcutsDialog came with libadwaita 1.8 and GNOME 48 has 1.7.
 */
export function showShortcuts(parent: Gtk.Window): void {
    const builder = Gtk.Builder.new_from_resource(`${APP_PATH}/help/shortcuts.ui`);
    const window = builder.get_object<Gtk.ShortcutsWindow>('shortcuts');
    window.transient_for = parent;
    window.present();
}

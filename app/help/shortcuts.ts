// SPDX-License-Identifier: GPL-3.0-or-later
import Gtk from 'gi://Gtk?version=4.0';

import {_, pgettext} from '../../shared/platform/i18n.js';

/** Every shortcut: what it does, and its keys as GTK writes them. */
function shortcuts(): readonly (readonly [title: string, keys: string])[] {
    return [
        [pgettext('shortcuts', 'Search machines'), '<Control>f'],
        [pgettext('shortcuts', 'Graphics cards'), '<Control>g'],
        [pgettext('shortcuts', 'Doctor'), '<Control>h'],
        [pgettext('shortcuts', 'Set a graphics card up'), '<Control><Shift>g'],
        [pgettext('shortcuts', 'Give devices to machines'), '<Control><Shift>d'],
        [pgettext('shortcuts', 'Open the main menu'), 'F10'],
        [pgettext('shortcuts', 'Preferences'), '<Control>comma'],
        [pgettext('shortcuts', 'Keyboard shortcuts'), '<Control>question'],
        [pgettext('shortcuts', 'Try lost connections again'), '<Control>r'],
        [pgettext('shortcuts', 'Quit'), '<Control>q'],
        [pgettext('shortcuts', 'Start or shut down the machine'), '<Control>Return'],
        [pgettext('shortcuts', 'Pause the machine'), '<Control>p'],
        [pgettext('shortcuts', 'Open the machine’s display'), '<Control>d'],
        [pgettext('shortcuts', 'Show the machine’s health'), '<Control><Shift>h'],
        [pgettext('shortcuts', 'Show the machine’s log'), '<Control>l'],
        [pgettext('shortcuts', 'Read the points of a graph'), 'Left Right'],
        [pgettext('shortcuts', 'Back to the list'), '<Alt>Left'],
    ];
}

/** Shows the keyboard shortcuts. GTK's window is there from the floor, GNOME 48, on; libadwaita's dialog is not. */
export function showShortcuts(parent: Gtk.Window): void {
    // One group, which is one column: two would not fit a screen that is 360 pixels wide.
    const group = new Gtk.ShortcutsGroup({title: _('General')});
    for (const [title, accelerator] of shortcuts())
        group.add_shortcut(new Gtk.ShortcutsShortcut({title, accelerator}));
    const section = new Gtk.ShortcutsSection({section_name: 'handover', max_height: 17});
    section.add_group(group);
    const window = new Gtk.ShortcutsWindow({modal: true, transient_for: parent});
    window.add_section(section);
    window.present();
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import Gtk from 'gi://Gtk?version=4.0';

import {nameMenuItems} from './namedMenu.js';

/** Gives a button the application's main menu. */
export function showMainMenu(button: Gtk.MenuButton): void {
    const application = Gio.Application.get_default();
    const menu = application instanceof Gtk.Application ? application.get_menu_by_id('mainMenu') : null;
    if (menu) button.menu_model = menu;
    nameMenuItems(button.popover);
}

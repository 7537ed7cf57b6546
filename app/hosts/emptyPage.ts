// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';

import type Gtk from 'gi://Gtk?version=4.0';

import {APP_PATH} from '../../shared/names.js';
import {showMainMenu} from '../widgets/mainMenu.js';

/** What is shown while libvirt answers and has no machine. */
export class EmptyPage extends Adw.Bin {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverEmptyPage',
                Template: `resource://${APP_PATH}/hosts/emptyPage.ui`,
                InternalChildren: ['menuButton'],
            },
            this,
        );
    }

    declare private readonly _menuButton: Gtk.MenuButton;

    constructor() {
        super();
        showMainMenu(this._menuButton);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';

import {APP_PATH} from '../../shared/names.js';

/** What is shown while libvirt answers and has no machine. */
export class EmptyPage extends Adw.Bin {
    static {
        GObject.registerClass(
            {GTypeName: 'HandoverEmptyPage', Template: `resource://${APP_PATH}/hosts/emptyPage.ui`},
            this,
        );
    }
}

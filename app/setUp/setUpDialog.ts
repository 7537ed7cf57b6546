// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';

import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {APP_PATH} from '../../shared/names.js';
import {_} from '../../shared/platform/i18n.js';
import {openWorld} from '../../shared/setUp/setUpWorld.js';
import {CardSetUp} from './cardSetUp.js';
import {DevicesPage} from './devicesPage.js';

export type SetUpPage = 'card' | 'devices';

/** What a dialog starts with. */
export interface SetUpStart {
    readonly page: SetUpPage;
    /** Null for the first that fits. */
    readonly machine: Machine | null;
    /** Address of the card; empty for the first that can be lent. */
    readonly card: string;
}

/** Sets a graphics card up to be lent, and gives other devices of this computer to machines. */
export class SetUpDialog extends Adw.Dialog {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverSetUpDialog',
                Template: `resource://${APP_PATH}/setUp/setUpDialog.ui`,
                InternalChildren: ['stack'],
            },
            this,
        );
    }

    declare private readonly _stack: Adw.ViewStack;

    constructor(hosts: HostList, start: SetUpStart) {
        super();
        const world = openWorld();
        const card = new CardSetUp(hosts, world, start);
        this._stack.add_titled_with_icon(card, 'card', _('Graphics card'), 'handover-gpu-symbolic');
        const devices = new DevicesPage(hosts, world, start.machine);
        this._stack.add_titled_with_icon(
            devices,
            'devices',
            _('Other devices'),
            'preferences-system-devices-symbolic',
        );
        this._stack.visible_child_name = start.page;
        this.connect('closed', () => {
            card.close();
            devices.close();
        });
    }
}

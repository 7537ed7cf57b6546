// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import {driverLabel, DRIVERS} from '../../shared/libvirt/drivers.js';
import {APP_PATH} from '../../shared/names.js';
import {COMMON_HOSTS, type Preferences} from '../../shared/settings/preferences.js';

/** What one user prefers; each change is taken at once. */
export class PreferencesDialog extends Adw.PreferencesDialog {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverPreferencesDialog',
                Template: `resource://${APP_PATH}/preferences/preferencesDialog.ui`,
                InternalChildren: ['deadline', 'notifications', 'hosts', 'others'],
            },
            this,
        );
    }

    declare private readonly _deadline: Adw.SpinRow;
    declare private readonly _notifications: Adw.SwitchRow;
    declare private readonly _hosts: Adw.PreferencesGroup;
    declare private readonly _others: Adw.ExpanderRow;

    readonly #undo: (() => void)[] = [];

    constructor(private readonly preferences: Preferences) {
        super();
        const {settings} = preferences;
        this.connect('closed', () => {
            for (const undo of this.#undo.splice(0)) undo();
        });
        settings.bind('shutdown-deadline', this._deadline, 'value', Gio.SettingsBindFlags.DEFAULT);
        settings.bind('notifications', this._notifications, 'active', Gio.SettingsBindFlags.DEFAULT);
        for (const driver of DRIVERS) {
            const row = this.#makeRow(driver.id, driver.uri);
            if (COMMON_HOSTS.includes(driver.id)) this._hosts.add(row);
            else this._others.add_row(row);
        }
    }

    #makeRow(id: string, uri: string): Adw.SwitchRow {
        const row = new Adw.SwitchRow({
            title: driverLabel(id),
            subtitle: uri,
            active: this.preferences.hosts.includes(id),
        });
        row.connect('notify::active', () => this.preferences.setHost(id, row.active));
        this.#undo.push(
            this.preferences.onChanged('hosts', () => (row.active = this.preferences.hosts.includes(id))),
        );
        return row;
    }
}

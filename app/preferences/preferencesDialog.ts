// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import {driverLabel, DRIVERS} from '../../shared/libvirt/drivers.js';
import {APP_PATH} from '../../shared/names.js';
import type {Preferences} from '../../shared/settings/preferences.js';

/** Drivers that are offered at once; the others are behind an expander. */
const COMMON = ['system', 'session', 'test'];

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

    constructor(private readonly preferences: Preferences) {
        super();
        const {settings} = preferences;
        settings.bind('shutdown-deadline', this._deadline, 'value', Gio.SettingsBindFlags.DEFAULT);
        settings.bind('notifications', this._notifications, 'active', Gio.SettingsBindFlags.DEFAULT);
        for (const driver of DRIVERS) {
            const row = this.#makeRow(driver.id, driver.uri);
            if (COMMON.includes(driver.id)) this._hosts.add(row);
            else this._others.add_row(row);
        }
    }

    #makeRow(id: string, uri: string): Adw.SwitchRow {
        const row = new Adw.SwitchRow({
            title: driverLabel(id),
            subtitle: uri,
            active: this.preferences.hosts.includes(id),
        });
        row.connect('notify::active', () => this.#setHost(id, row.active));
        return row;
    }

    #setHost(id: string, active: boolean): void {
        const before = this.preferences.hosts;
        if (before.includes(id) === active) return;
        // In the order of the drivers, so that turning one off and on again changes nothing.
        const wanted = active ? [...before, id] : before.filter(one => one !== id);
        const known = DRIVERS.map(driver => driver.id).filter(one => wanted.includes(one));
        this.preferences.hosts = [...known, ...wanted.filter(one => !known.includes(one))];
    }
}

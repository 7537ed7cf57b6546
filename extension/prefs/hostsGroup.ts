// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';

import {type Driver, driverLabel, DRIVERS} from '../../shared/libvirt/drivers.js';
import {_} from '../../shared/platform/i18n.js';
import type {Preferences} from '../../shared/settings/preferences.js';

/** Connections that nearly everybody has; the others are folded away. */
const COMMON = new Set(['system', 'session']);

/** Which libvirt connections are shown. */
export class HostsGroup extends Adw.PreferencesGroup {
    static {
        GObject.registerClass({GTypeName: 'HandoverPrefsHostsGroup'}, this);
    }

    readonly #preferences: Preferences;

    constructor(preferences: Preferences) {
        super({
            title: _('Connections'),
            description: _('The machines of these libvirt connections are shown.'),
        });
        this.#preferences = preferences;
        const others = new Adw.ExpanderRow({title: _('Other connections')});
        for (const driver of DRIVERS) {
            const row = this.#row(driver);
            if (COMMON.has(driver.id)) this.add(row);
            else others.add_row(row);
        }
        this.add(others);
    }

    #row(driver: Driver): Adw.SwitchRow {
        const preferences = this.#preferences;
        const row = new Adw.SwitchRow({
            title: driverLabel(driver.id),
            subtitle: driver.uri,
            active: preferences.hosts.includes(driver.id),
        });
        row.connect('notify::active', () => {
            const hosts = preferences.hosts;
            if (hosts.includes(driver.id) === row.active) return;
            preferences.hosts = row.active
                ? // In the order of the list above, so that the menu has it too.
                  DRIVERS.map(one => one.id).filter(id => id === driver.id || hosts.includes(id))
                : hosts.filter(id => id !== driver.id);
        });
        const unfollow = preferences.onChanged('hosts', () => {
            row.active = preferences.hosts.includes(driver.id);
        });
        row.connect('destroy', unfollow);
        return row;
    }
}

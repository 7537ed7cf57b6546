// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';

import {type Driver, driverLabel, DRIVERS} from '../../shared/libvirt/drivers.js';
import {_} from '../../shared/platform/i18n.js';
import {COMMON_HOSTS, type Preferences} from '../../shared/settings/preferences.js';

/** Which libvirt connections are shown. */
export class HostsGroup extends Adw.PreferencesGroup {
    static {
        GObject.registerClass({GTypeName: 'HandoverPrefsHostsGroup'}, this);
    }

    readonly #preferences: Preferences;

    constructor(preferences: Preferences) {
        super({
            title: _('Connections'),
            description: _('Where Handover looks for machines'),
        });
        this.#preferences = preferences;
        const others = new Adw.ExpanderRow({
            title: _('Other connections'),
            subtitle: _('Hypervisors that libvirt may have been built for'),
        });
        for (const driver of DRIVERS) {
            const row = this.#row(driver);
            if (COMMON_HOSTS.includes(driver.id)) this.add(row);
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
        row.connect('notify::active', () => preferences.setHost(driver.id, row.active));
        const unfollow = preferences.onChanged('hosts', () => {
            row.active = preferences.hosts.includes(driver.id);
        });
        row.connect('destroy', unfollow);
        return row;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import type {HostList} from '../../shared/hosts/hostList.js';
import {_} from '../../shared/platform/i18n.js';
import type {Preferences} from '../../shared/settings/preferences.js';
import {ChosenMachineRow} from './chosenMachineRow.js';
import {HostsGroup} from './hostsGroup.js';

/** What is shown, for which machine, and what is told. */
export class GeneralPage extends Adw.PreferencesPage {
    static {
        GObject.registerClass({GTypeName: 'HandoverPrefsGeneralPage'}, this);
    }

    constructor(preferences: Preferences, hosts: HostList) {
        super({title: _('General'), icon_name: 'preferences-system-symbolic'});
        this.add(new HostsGroup(preferences));
        this.add(this.#chosenMachine(preferences, hosts));
        this.add(this.#behavior(preferences));
    }

    #chosenMachine(preferences: Preferences, hosts: HostList): Adw.PreferencesGroup {
        const group = new Adw.PreferencesGroup({
            title: _('Chosen machine'),
            description: _('The keyboard shortcuts and the Quick Settings toggle act on this machine.'),
        });
        group.add(new ChosenMachineRow(preferences, hosts));
        const toggle = new Adw.SwitchRow({
            title: _('Quick Settings toggle'),
            subtitle: _('A switch for the chosen machine in the system menu'),
        });
        preferences.settings.bind('quick-settings-toggle', toggle, 'active', Gio.SettingsBindFlags.DEFAULT);
        group.add(toggle);
        return group;
    }

    #behavior({settings}: Preferences): Adw.PreferencesGroup {
        const group = new Adw.PreferencesGroup({title: _('Behavior')});
        const notifications = new Adw.SwitchRow({
            title: _('Notifications'),
            subtitle: _('When a machine starts, stops, crashes or ignores a shutdown'),
        });
        settings.bind('notifications', notifications, 'active', Gio.SettingsBindFlags.DEFAULT);
        group.add(notifications);

        const deadline = Adw.SpinRow.new_with_range(5, 3600, 5);
        deadline.set({
            title: _('Shutdown deadline'),
            subtitle: _('Seconds a guest may take before force is offered'),
        });
        settings.bind('shutdown-deadline', deadline, 'value', Gio.SettingsBindFlags.DEFAULT);
        group.add(deadline);
        return group;
    }
}

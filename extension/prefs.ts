// SPDX-License-Identifier: GPL-3.0-or-later
import type Adw from 'gi://Adw?version=1';
import {ExtensionPreferences} from 'resource:///org/gnome/Shell/Extensions/js/extensions/prefs.js';

import {HostList} from '../shared/hosts/hostList.js';
import {Preferences} from '../shared/settings/preferences.js';
import {GeneralPage} from './prefs/generalPage.js';
import {ShortcutsPage} from './prefs/shortcutsPage.js';

/** Preferences of the panel, in a window of the Shell's Extensions service. */
export default class HandoverPreferences extends ExtensionPreferences {
    override fillPreferencesWindow(window: Adw.PreferencesWindow): Promise<void> {
        const preferences = new Preferences(this.getSettings());
        const hosts = new HostList();
        hosts.setHosts(preferences.hosts);
        const unfollow = preferences.onChanged('hosts', () => hosts.setHosts(preferences.hosts));
        window.connect('close-request', () => {
            unfollow();
            hosts.close();
            return false;
        });
        window.add(new GeneralPage(preferences, hosts));
        window.add(new ShortcutsPage(preferences.settings));
        return Promise.resolve();
    }
}

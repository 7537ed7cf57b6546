// SPDX-License-Identifier: GPL-3.0-or-later
import './resources.js';

import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {exit, programArgs, programInvocationName} from 'system';

import {HostList} from '../shared/hosts/hostList.js';
import {APP_ID, APP_NAME, SETTINGS_SCHEMA} from '../shared/names.js';
import {Preferences} from '../shared/settings/preferences.js';

GLib.set_prgname(APP_ID);
GLib.set_application_name(APP_NAME);

// libvirt is asked first: it answers while GTK, which takes longest, is being loaded.
const preferences = new Preferences(new Gio.Settings({schema_id: SETTINGS_SCHEMA}));
const hosts = new HostList();
hosts.defaultDeadlineMs = preferences.shutdownDeadlineMs;
hosts.setHosts(preferences.hosts);

const {Application} = await import('./application.js');
exit(await new Application(hosts, preferences).runAsync([programInvocationName, ...programArgs]));

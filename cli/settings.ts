// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {driverById} from '../shared/libvirt/drivers.js';
import {SETTINGS_SCHEMA} from '../shared/names.js';
import {Preferences} from '../shared/settings/preferences.js';
import type {CommonOptions} from './options.js';

const DEFAULT_HOSTS = ['system', 'session'];

/** How long a guest may take to shut down where nothing says, in milliseconds. */
const DEFAULT_DEADLINE_MS = 60_000;

/**
 * What the user prefers, or null when the schema is not installed.
 *
 * Reading needs neither a display nor a bus.
 */
function preferences(): Preferences | null {
    const around = Gio.SettingsSchemaSource.get_default();
    const schema = around?.lookup(SETTINGS_SCHEMA, true) ?? schemaBesideUs(around);
    return schema ? new Preferences(new Gio.Settings({settingsSchema: schema})) : null;
}

/** Over SSH nothing may say that our prefix has schemas, but we know where we are: PREFIX/share/handover/cli. */
function schemaBesideUs(around: Gio.SettingsSchemaSource | null): Gio.SettingsSchema | null {
    const share = Gio.File.new_for_uri(import.meta.url).resolve_relative_path('../../../glib-2.0/schemas');
    const directory = share.get_path();
    if (directory === null || !share.get_child('gschemas.compiled').query_exists(null)) return null;
    return Gio.SettingsSchemaSource.new_from_directory(directory, around, true).lookup(SETTINGS_SCHEMA, true);
}

/**
 * Ids of the hosts to ask, each once and all of them known: those that were named, else what the user prefers.
 *
 * Warns of those that are not known; the parser has looked at what was named.
 */
export async function hostsToAsk(options: CommonOptions): Promise<string[]> {
    if (options.host) return [...new Set(options.host)];
    const hosts = [...new Set(preferences()?.hosts)];
    const known = hosts.filter(id => driverById(id));
    if (known.length < hosts.length) {
        const {warnOfUnknownHosts} = await import('./exceptional.js');
        warnOfUnknownHosts(
            hosts.filter(id => !driverById(id)),
            options,
        );
    }
    return known.length > 0 ? known : DEFAULT_HOSTS;
}

/** How long a guest may take to shut down unless its machine says otherwise, in milliseconds. */
export function preferredDeadlineMs(): number {
    return preferences()?.shutdownDeadlineMs ?? DEFAULT_DEADLINE_MS;
}

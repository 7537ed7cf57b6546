// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GioUnix from 'gi://GioUnix';
import GLib from 'gi://GLib';
import Gtk from 'gi://Gtk?version=4.0';

import type {HolderProcess} from '../../shared/gpu/holders/holderProcess.js';
import type {HolderReport} from '../../shared/gpu/holders/holders.js';
import {roleLabel} from '../../shared/gpu/words.js';
import {_, fill, ngettext, oneLine} from '../../shared/platform/i18n.js';
import {makeFactRow} from '../widgets/factRow.js';

/** Who and what keeps a card busy, and what could not be looked into. */
export function holdersGroup(report: HolderReport): Adw.PreferencesGroup {
    const {processes, consoles, modules} = report;
    const group = new Adw.PreferencesGroup({title: _('In use by'), description: restText(report)});
    for (const process of processes) group.add(processRow(process));
    for (const {console, framebuffer} of consoles)
        group.add(
            makeFactRow({
                label: _('Text console'),
                value: `${console}, ${framebuffer}`,
                icon: 'utilities-terminal-symbolic',
            }),
        );
    if (processes.length === 0 && consoles.length === 0)
        group.add(makeFactRow({label: _('Programs'), value: _('None was seen')}));
    const busy = modules.filter(({references}) => references > 0);
    if (busy.length > 0) {
        const value = busy.map(({name, references}) => `${name} (${references})`).join(', ');
        group.add(makeFactRow({label: _('Uses that the kernel counts'), value}));
    }
    return group;
}

/** What may use it besides; empty when all was seen. */
function restText({uninspected, hidden}: HolderReport): string {
    if (hidden) return _('Processes of other users do not show on this computer. They may use it, too.');
    if (uninspected === 0) return '';
    const text = ngettext(
        '{count} process could not be inspected. It may use the card, too.',
        '{count} processes could not be inspected. They may use the card, too.',
        uninspected,
    );
    return fill(text, {count: uninspected});
}

/** What a process calls itself is no markup. */
function processRow(process: HolderProcess): Adw.ActionRow {
    const app = process.appId === null ? null : desktopApp(process.appId);
    const row = new Adw.ActionRow({use_markup: false, title_lines: 1, subtitle_lines: 2});
    row.title = oneLine(app?.get_name() ?? process.name);
    const who = fill(_('process {pid} of {user}'), {pid: process.pid, user: process.user});
    row.subtitle = [roleLabel(process.role), who, memoryText(process), oneLine(process.command, 200)]
        .filter(text => text !== '')
        .join(' · ');
    const icon = app?.get_icon() ?? Gio.ThemedIcon.new('application-x-executable-symbolic');
    row.add_prefix(
        new Gtk.Image({gicon: icon, pixel_size: 32, accessible_role: Gtk.AccessibleRole.PRESENTATION}),
    );
    return row;
}

function memoryText({memoryBytes}: HolderProcess): string {
    return memoryBytes === null ? '' : GLib.format_size_full(memoryBytes, GLib.FormatSizeFlags.IEC_UNITS);
}

function desktopApp(id: string): Gio.AppInfo | null {
    // A process chooses its unit's name: nothing but an id may become a file's name.
    if (!/^[\w.-]+$/.test(id)) return null;
    try {
        return GioUnix.DesktopAppInfo.new(`${id}.desktop`);
    } catch (error) {
        // GJS throws where the constructor gives NULL: there is no such application.
        if (error instanceof Error) return null;
        throw error;
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';

import type {HolderProcess} from '../../shared/gpu/holders/holderProcess.js';
import type {HolderReport} from '../../shared/gpu/holders/holders.js';
import {isComplete, roleLabel} from '../../shared/gpu/words.js';
import {_, fill, ngettext, oneLine} from '../../shared/platform/i18n.js';
import {sizeLabel} from '../../shared/platform/size.js';
import {makeFactRow} from '../widgets/factRow.js';
import {holderLook} from './holderLook.js';

/** What the rows of holders can have done. */
export interface HolderRequests {
    /** Whether a process is the user's own to close. */
    mayClose(process: HolderProcess): boolean;
    /** Whether it has been asked to close and is still there: only then may it be forced. */
    mayForce(process: HolderProcess): boolean;
    /** Whether something is being done with the card, so that nothing else can be asked for. */
    readonly busy: boolean;
    close(process: HolderProcess): void;
    forceQuit(process: HolderProcess): void;
    /** Looks at the processes of all users; null where nobody can, or that has been done. */
    readonly showAll: (() => void) | null;
}

/** Who and what keeps a card busy, what can be closed, and what could not be looked into. */
export function holdersGroup(report: HolderReport, requests: HolderRequests): Adw.PreferencesGroup {
    const {processes, consoles, modules} = report;
    const group = new Adw.PreferencesGroup({title: _('In use by'), description: restText(report)});
    for (const process of processes) group.add(processRow(process, requests));
    for (const {console, framebuffer} of consoles)
        group.add(
            makeFactRow({
                label: _('Text console'),
                value: `${console}, ${framebuffer}`,
                icon: 'utilities-terminal-symbolic',
            }),
        );
    if (processes.length === 0 && consoles.length === 0)
        group.add(
            makeFactRow({label: _('Programs'), value: isComplete(report) ? _('None') : _('None was seen')}),
        );
    const busy = modules.filter(({references}) => references > 0);
    if (busy.length > 0) {
        const value = busy.map(({name, references}) => `${name} (${references})`).join(', ');
        group.add(makeFactRow({label: _('Uses that the kernel counts'), value}));
    }
    if (requests.showAll && !isComplete(report)) group.header_suffix = showAllButton(requests.showAll);
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

function showAllButton(showAll: () => void): Gtk.Button {
    const button = new Gtk.Button({
        label: _('Show all'),
        tooltip_text: _('Show all users’ processes'),
        valign: Gtk.Align.CENTER,
        css_classes: ['flat'],
    });
    nameButton(button, _('Show all users’ processes'));
    button.connect('clicked', showAll);
    return button;
}

/** GTK has a button named by its label, which would come before any other name. */
function nameButton(button: Gtk.Button, name: string): void {
    button.reset_relation(Gtk.AccessibleRelation.LABELLED_BY);
    button.update_property([Gtk.AccessibleProperty.LABEL], [name]);
}

/** What a process calls itself is no markup. */
function processRow(process: HolderProcess, requests: HolderRequests): Adw.ActionRow {
    const {name, icon} = holderLook(process);
    const row = new Adw.ActionRow({use_markup: false, title_lines: 1, subtitle_lines: 2});
    row.title = name;
    const who = fill(_('Process {pid} of {user}'), {pid: process.pid, user: process.user});
    row.subtitle = [roleLabel(process.role), who, memoryText(process), oneLine(process.command, 200)]
        .filter(text => text !== '')
        .join(' · ');
    row.add_prefix(
        new Gtk.Image({gicon: icon, pixel_size: 32, accessible_role: Gtk.AccessibleRole.PRESENTATION}),
    );
    if (requests.mayClose(process)) row.add_suffix(closeButton(process, name, requests));
    return row;
}

/** The first word is polite; only what has not listened to it is offered the second. */
function closeButton(process: HolderProcess, name: string, requests: HolderRequests): Gtk.Button {
    const force = requests.mayForce(process);
    const button = new Gtk.Button({
        label: force ? _('Force quit…') : _('Close'),
        valign: Gtk.Align.CENTER,
        sensitive: !requests.busy,
    });
    if (force) button.add_css_class('destructive-action');
    const spoken = force ? _('Force {name} to quit…') : _('Close {name}');
    nameButton(button, fill(spoken, {name}));
    button.connect('clicked', () => (force ? requests.forceQuit(process) : requests.close(process)));
    return button;
}

function memoryText({memoryBytes}: HolderProcess): string {
    return memoryBytes === null ? '' : sizeLabel(memoryBytes);
}

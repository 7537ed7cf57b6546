// SPDX-License-Identifier: GPL-3.0-or-later
import {_, fill} from '../../platform/i18n.js';
import type {GuestPackages} from './guestPackages.js';
import type {IntegrationEdit} from './integrationEdit.js';

/** What an edit does for a machine, for who is asked whether it shall. */
export function editLabel(edit: IntegrationEdit): string {
    switch (edit.kind) {
        case 'agent-channel':
            return _('Give the machine a channel for the guest agent');
        case 'spice-agent':
        case 'vnc-agent':
            return _('Give the machine a channel for the desktop agent');
        case 'report-channel':
            return _('Give the machine a channel on which the guest reports its figures');
        case 'balloon':
            return _('Give the machine a memory balloon that is asked every few seconds');
        case 'acpi':
            return _('Give the machine a power button (ACPI)');
        case 'clock':
            return _('Have the clock ticks that the guest missed made up for');
        case 'shared-folder':
            return fill(_('Share the folder {folder} with the machine, under the tag {tag}'), {
                folder: edit.source,
                tag: edit.tag,
            });
    }
}

/** What is to be installed in the guest: who packs it, and what they call it. */
export function packageLabels({debian, fedora, windows}: GuestPackages): [string, string][] {
    const all: [string, string | null][] = [
        [_('Debian and Ubuntu'), debian],
        [_('Fedora'), fedora],
        [_('Windows'), windows],
    ];
    return all.flatMap(([who, what]): [string, string][] => (what === null ? [] : [[who, what]]));
}

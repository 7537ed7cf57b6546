// SPDX-License-Identifier: GPL-3.0-or-later
import type {ClientKind, ReadyKind} from '../definition/displayMetadata.js';
import {_} from '../platform/i18n.js';

/** What a client is called. */
export function clientLabel(kind: ClientKind): string {
    switch (kind) {
        case 'viewer':
            return 'Virt Viewer';
        case 'connections':
            return 'GNOME Connections';
        case 'looking-glass':
            return 'Looking Glass';
        case 'moonlight':
            return 'Moonlight';
        case 'none':
            return _('Nothing');
    }
}

/** What has happened when a machine is ready. */
export function readyLabel(kind: ReadyKind): string {
    switch (kind) {
        case 'started':
            return _('It has started');
        case 'agent':
            return _('The guest agent answers');
        case 'tcp':
            return _('A network port is open');
        case 'sunshine':
            return _('Sunshine answers');
        case 'looking-glass':
            return _('The memory for Looking Glass is there');
    }
}

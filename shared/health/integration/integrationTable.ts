// SPDX-License-Identifier: GPL-3.0-or-later
import {_} from '../../platform/i18n.js';
import {hasQemu, type MachineFacts} from '../machine/machineFacts.js';
import {fileFreeze, gracefulShutdown, heartbeat, timeSync} from './agentRows.js';
import {clipboard, displayResize} from './desktopRows.js';
import {balloon, sharedFolders, virtioDrivers} from './deviceRows.js';
import {unlessPending} from './pendingRow.js';
import {reportChannel} from './reportRow.js';
import type {IntegrationRow, RowHead, RowId} from './integrationRow.js';

/** Each row with how it is found out. */
const ROWS: Readonly<Record<RowId, (facts: MachineFacts, head: RowHead) => IntegrationRow>> = {
    'graceful-shutdown': gracefulShutdown,
    heartbeat,
    'time-sync': timeSync,
    clipboard,
    'display-resize': displayResize,
    'shared-folders': sharedFolders,
    'file-freeze': fileFreeze,
    balloon,
    'virtio-drivers': virtioDrivers,
    'report-channel': reportChannel,
};

/** How guest and host work together, row by row; empty for what QEMU does not run. */
export function integrationTable(facts: MachineFacts): IntegrationRow[] {
    if (!hasQemu(facts)) return [];
    return (Object.keys(ROWS) as RowId[]).map(id =>
        unlessPending(ROWS[id](facts, {id, title: titleOf(id)}), facts),
    );
}

function titleOf(id: RowId): string {
    switch (id) {
        case 'graceful-shutdown':
            return _('Graceful shutdown');
        case 'heartbeat':
            return _('Heartbeat');
        case 'time-sync':
            return _('Time synchronisation');
        case 'clipboard':
            return _('Clipboard');
        case 'display-resize':
            return _('Display follows the window');
        case 'shared-folders':
            return _('Shared folders');
        case 'file-freeze':
            return _('File systems frozen for snapshots');
        case 'balloon':
            return _('Memory balloon');
        case 'virtio-drivers':
            return _('Virtio drivers');
        case 'report-channel':
            return _('Frames and load that the guest reports');
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {RowId} from '../../shared/health/integration/integrationRow.js';

/** What a machine can be given: the rows of the table, and the channel for reports, which is in no row. */
export const ADDABLE = [
    'graceful-shutdown',
    'heartbeat',
    'time-sync',
    'clipboard',
    'display-resize',
    'shared-folders',
    'file-freeze',
    'balloon',
    'virtio-drivers',
    'report-channel',
] as const satisfies readonly (RowId | 'report-channel')[];

export type Addable = (typeof ADDABLE)[number];

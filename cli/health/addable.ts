// SPDX-License-Identifier: GPL-3.0-or-later
import type {RowId} from '../../shared/health/integration/integrationRow.js';

/** What a machine can be given: the rows of the table. */
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
] as const satisfies readonly RowId[];

export type Addable = (typeof ADDABLE)[number];

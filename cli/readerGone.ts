// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import GLibUnix from 'gi://GLibUnix';

import {PipeClosedError, stdout} from './output.js';

/** A pipe tells when its reader has gone, also while nothing happens. */
export function readerGone(): Promise<never> {
    return new Promise((_resolve, reject) => {
        GLibUnix.fd_add_full(GLib.PRIORITY_DEFAULT, stdout.fd, GLib.IOCondition.ERR, () => {
            reject(new PipeClosedError());
            return GLib.SOURCE_REMOVE;
        });
    });
}

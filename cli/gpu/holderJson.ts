// SPDX-License-Identifier: GPL-3.0-or-later
import type {HolderProcess} from '../../shared/gpu/holders/holderProcess.js';

/** What `--json` prints of a process that holds a card. */
export function holderJson(process: HolderProcess): object {
    return {
        pid: process.pid,
        name: process.name,
        user: process.user,
        uid: process.uid,
        command: process.command,
        role: process.role,
        app: process.appId,
        unit: process.unit,
        nodes: process.nodes,
        memoryBytes: process.memoryBytes,
    };
}

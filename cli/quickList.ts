// SPDX-License-Identifier: GPL-3.0-or-later
import {driverById} from '../shared/libvirt/drivers.js';
import type {ListOptions} from './verbs/list.js';

/**
 * Reads the plainest and most frequent command lines: `list`, with or without `--json`, `--names` and `--host ID`.
 *
 * It saves loading the parser, which takes as long as asking libvirt.
 *
 * @returns null for every other command line, also for one that is wrong
 */
export function readQuickList(args: readonly string[]): ListOptions | null {
    const [verb, ...rest] = args;
    if (verb !== 'list') return null;
    let json = false;
    let names = false;
    const host: string[] = [];
    while (rest.length > 0) {
        const option = rest.shift();
        if (option === '--json' && !json) {
            json = true;
        } else if (option === '--names' && !names) {
            names = true;
        } else if (option === '--host') {
            const id = rest.shift() ?? '';
            if (!driverById(id)) return null;
            host.push(id);
        } else {
            return null;
        }
    }
    return {json, names, ...(host.length > 0 ? {host} : {})};
}

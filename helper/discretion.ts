// SPDX-License-Identifier: GPL-3.0-or-later
import type {HolderProcess} from '../shared/gpu/holders/holderProcess.js';

/**
 * An answer as JSON, without what programs of others were started with: a command line may hold a password, and /proc
 * may hide it from everybody but root (`hidepid`). Who they are is told, and of a machine which one it is.
 *
 * @param reader the user number of who gets it; null for everybody on the bus
 */
export function discreetJson(answer: unknown, reader: number | null): string {
    if (reader === 0) return JSON.stringify(answer);
    return JSON.stringify(answer, (_key, value: unknown) =>
        isProcess(value) && value.uid !== reader ? {...value, command: publicCommand(value)} : value,
    );
}

function isProcess(value: unknown): value is HolderProcess {
    return (
        typeof value === 'object' && value !== null && 'pid' in value && 'uid' in value && 'command' in value
    );
}

function publicCommand({name, command, role}: HolderProcess): string {
    const guest = role === 'machine' ? /(?:^| )-name (?:guest=)?[^, ]+/.exec(command) : null;
    return guest === null ? name : `${name} ${guest[0].trim()}`;
}

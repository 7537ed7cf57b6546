// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Machine} from '../../shared/machines/machine.js';
import {knownUuid} from '../outcome.js';

/** A machine as it is typed after a verb: its address, or its UUID where the name is none that one would type. */
export function typedMachine(machine: Machine): string {
    const address = `${machine.host.id}/${machine.name}`;
    if (/^[\w./@+:-]+$/.test(address)) return address;
    return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(address) ? GLib.shell_quote(address) : knownUuid(machine);
}

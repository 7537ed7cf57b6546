// SPDX-License-Identifier: GPL-3.0-or-later
import {localTime} from '../../shared/platform/clock.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Happening} from '../../shared/machines/happening.js';
import type {Machine} from '../../shared/machines/machine.js';
import {happeningLabel} from '../../shared/machines/words.js';
import {announceHosts} from '../announceHosts.js';
import {onInterrupt} from '../interrupt.js';
import {findMachine, followHosts} from '../machineSearch.js';
import type {CommonOptions} from '../options.js';
import {knownUuid} from '../outcome.js';
import {stdout} from '../output.js';
import {escapeControls, plainJson} from '../plainText.js';
import {readerGone} from '../readerGone.js';
import {hostsToAsk} from '../settings.js';

/** `handover watch`: prints until it is interrupted, or nobody reads any more. */
export async function watch(options: CommonOptions, argument: string | undefined): Promise<void> {
    stdout.check();
    // From here on an interrupt is an end like any other.
    const interrupted = new Promise<void>(resolve => onInterrupt(() => resolve()));
    const {hosts, machine} =
        argument === undefined
            ? {hosts: followHosts(await hostsToAsk(options))}
            : await findMachine(argument, options);
    const printed = print(hosts, machine, options);
    const ready = announceHosts(hosts, options);
    await Promise.race([
        interrupted,
        printed,
        readerGone(),
        ready.then(() => new Promise<never>(() => undefined)),
    ]);
    // The end of the process closes everything. Closing first would set threads of GIO to work, and GJS takes the
    // heap apart under them: after some time a good part of such ends was an abort.
}

/** Settles only when it cannot print. */
function print(hosts: HostList, machine: Machine | undefined, options: CommonOptions): Promise<never> {
    return new Promise((_resolve, reject) => {
        hosts.connect('happened', (_hosts, of: Machine, happening: unknown) => {
            if (machine && of !== machine) return;
            try {
                stdout.write(lineFor(of, happening as Happening, options));
            } catch (error) {
                reject(error);
            }
        });
    });
}

function lineFor(machine: Machine, happening: Happening, options: CommonOptions): string {
    const time = new Date(happening.atMs);
    if (options.json) {
        const {kind: event, state, reason} = happening;
        const {name, host} = machine;
        const line = {
            time: time.toISOString(),
            event,
            name,
            uuid: knownUuid(machine),
            state,
            reason,
            host: host.id,
        };
        return `${plainJson(line, 0)}\n`;
    }
    const clock = localTime(happening.atMs, '%F %T');
    return `${clock}  ${machine.host.id}/${escapeControls(machine.name)}  ${happeningLabel(happening)}\n`;
}

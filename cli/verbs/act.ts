// SPDX-License-Identifier: GPL-3.0-or-later
import type {MachineAction} from '../../shared/machines/actions.js';
import {findMachine} from '../machineSearch.js';
import {finish} from '../machineRun.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {printOutcome} from '../outcome.js';
import {prepareMachines} from '../prepareMachines.js';

/** What the verbs are called that are not called like their action. */
const VERB_NAMES: Partial<Record<MachineAction, string>> = {
    shutdown: 'stop',
    'force-off': 'stop',
    reboot: 'restart',
};

/** A reply is waited for a little longer than the guest is, so that its own failure is what is reported (ms). */
const MARGIN_MS = 1000;

/** `handover restart`, `pause`, …: one action, to its end. */
export async function act(action: MachineAction, options: CommonOptions, argument: string): Promise<void> {
    const {hosts, machine} = await findMachine(argument, options);
    // A machine that is off gives its graphics card back.
    const end = action === 'save' ? await prepareMachines(hosts) : () => undefined;
    const limit = timeoutMs(options);
    const isAsked = action === 'reboot';
    try {
        const operation = machine.run(action, isAsked && limit !== undefined ? {deadlineMs: limit} : {});
        await finish(
            machine,
            operation,
            limit === undefined ? undefined : isAsked ? limit + MARGIN_MS : limit,
        );
        await printOutcome(machine, VERB_NAMES[action] ?? action, operation.elapsedMs, options);
    } finally {
        end();
    }
}

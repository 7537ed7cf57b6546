// SPDX-License-Identifier: GPL-3.0-or-later
import {possibleActions} from '../../shared/machines/actions.js';
import type {Machine} from '../../shared/machines/machine.js';
import {GuestIgnoredError} from '../../shared/machines/machineErrors.js';
import {monotonicMs} from '../../shared/platform/clock.js';
import type {Operation} from '../../shared/operations/operation.js';
import {DeadlineError} from '../../shared/platform/errors.js';
import {stepsJson} from '../gpu/cardSteps.js';
import {finish} from '../machineRun.js';
import {findMachine} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {printOutcome} from '../outcome.js';
import {prepareMachines} from '../prepareMachines.js';

export interface StopOptions extends CommonOptions {
    readonly force?: boolean | undefined;
}

/** libvirt's answer is waited for a little longer than the guest is (ms). */
const MARGIN_MS = 1000;

/**
 * `handover stop`: asks the guest and waits until its time is over; with `--force` it is forced off then, and at
 * once when it cannot be asked or `--timeout` is 0.
 */
export async function stop(options: StopOptions, argument: string): Promise<void> {
    const limit = timeoutMs(options);
    const force = options.force === true;
    // The time of a guest that is to be forced off, or that has none, is not libvirt's.
    const patient = force || limit === 0;
    const {hosts, machine} = await findMachine(
        argument,
        patient ? {...options, timeout: undefined} : options,
    );
    const end = await prepareMachines(hosts);
    try {
        const startedAt = monotonicMs();
        const canAsk = possibleActions(machine.state).includes('shutdown') && limit !== 0;
        const operation = force && !canAsk ? await forceOff(machine) : await askGuest(machine, limit, force);
        await printOutcome(machine, 'stop', monotonicMs() - startedAt, options, {
            cardReturnedMs: returnMs(operation),
            steps: stepsJson(operation),
        });
    } finally {
        end();
    }
}

/**
 * @param force whether it is forced off when it lets its time pass
 * @returns what has stopped it
 */
async function askGuest(machine: Machine, limit: number | undefined, force: boolean): Promise<Operation> {
    const operation = machine.run('shutdown', limit === undefined ? {} : {deadlineMs: limit});
    try {
        await finish(machine, operation, limit === undefined ? undefined : limit + MARGIN_MS);
        return operation;
    } catch (error) {
        const late = error instanceof GuestIgnoredError || error instanceof DeadlineError;
        if (late && force && machine.active) return await forceOff(machine);
        throw error;
    }
}

async function forceOff(machine: Machine): Promise<Operation> {
    const operation = machine.run('force-off');
    await finish(machine, operation);
    return operation;
}

/** How long (ms) the card took from the machine's end on; null when it has none. */
function returnMs({steps, elapsedMs}: Operation): number | null {
    const first = steps.find(({id}) => id === 'return');
    return first ? Math.round(elapsedMs - first.startedMs) : null;
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {possibleActions} from '../../shared/machines/actions.js';
import type {Machine} from '../../shared/machines/machine.js';
import {GuestIgnoredError} from '../../shared/machines/machineErrors.js';
import {monotonicMs} from '../../shared/platform/clock.js';
import {DeadlineError} from '../../shared/platform/errors.js';
import {findMachine} from '../machineSearch.js';
import {finish} from '../operationRun.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {printOutcome} from '../outcome.js';

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
    const {machine} = await findMachine(argument, patient ? {...options, timeout: undefined} : options);
    const startedAt = monotonicMs();
    const canAsk = possibleActions(machine.state).includes('shutdown') && limit !== 0;
    if (!force || canAsk) {
        const over = await askGuest(machine, limit);
        if (over !== null) {
            if (!force) throw over;
            await forceOff(machine);
        }
    } else {
        await forceOff(machine);
    }
    await printOutcome(machine, 'stop', monotonicMs() - startedAt, options);
}

/** @returns what says that the guest let its time pass, or null when it has stopped */
async function askGuest(machine: Machine, limit: number | undefined): Promise<Error | null> {
    const operation = machine.run('shutdown', limit === undefined ? {} : {deadlineMs: limit});
    try {
        await finish(machine, operation, limit === undefined ? undefined : limit + MARGIN_MS);
        return null;
    } catch (error) {
        if (error instanceof GuestIgnoredError || error instanceof DeadlineError) return error;
        throw error;
    }
}

async function forceOff(machine: Machine): Promise<void> {
    await finish(machine, machine.run('force-off'));
}

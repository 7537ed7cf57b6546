// SPDX-License-Identifier: GPL-3.0-or-later
import {opensByItself} from '../../shared/displays/choices.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {WhenHeld} from '../../shared/machines/preparation.js';
import {CardHeldError} from '../../shared/lending/lendingErrors.js';
import {HandoverError} from '../../shared/platform/errors.js';
import {_} from '../../shared/platform/i18n.js';
import {variable} from '../environment.js';
import {stepsJson} from '../gpu/cardSteps.js';
import {finish} from '../machineRun.js';
import {findMachine} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {printOutcome} from '../outcome.js';
import {prepareMachines} from '../prepareMachines.js';
import {warnOf} from '../report.js';
import {Hinted} from '../hinted.js';
import {UsageError} from '../usageError.js';

export interface StartVerbOptions extends CommonOptions {
    readonly 'close-apps'?: boolean | undefined;
    readonly 'when-free'?: boolean | undefined;
    readonly 'no-open'?: boolean | undefined;
}

/** `handover start`: takes its graphics card from Linux first, if it has one, and opens its display at the end. */
export async function start(options: StartVerbOptions, argument: string): Promise<void> {
    const held = whenHeld(options);
    const {hosts, machine} = await findMachine(argument, options);
    const end = await prepareMachines(hosts);
    try {
        const open = options['no-open'] !== true && (await isToBeOpened(machine));
        const operation = machine.run('start', {start: {held, open}});
        try {
            await finish(machine, operation, timeoutMs(options));
        } catch (error) {
            // It has been started, and that is what was asked for.
            if (operation.step !== 'open' || operation.error !== error) throw withWaysOn(error, held);
            warnOf(machine.name, error, options);
        }
        await printOutcome(machine, 'start', operation.elapsedMs, options, {steps: stepsJson(operation)});
    } finally {
        end();
    }
}

/** What could be done about a card that is held. */
function withWaysOn(error: unknown, held: WhenHeld): unknown {
    if (!(error instanceof CardHeldError)) return error;
    const hints: string[] = [];
    // Where all of them are programs of this user.
    if (held !== 'close' && error.closingHelps) hints.push(_('“--close-apps” has them quit first.'));
    if (held !== 'wait') hints.push(_('“--when-free” waits until the card is free.'));
    return new Hinted(error, hints);
}

/** @throws UsageError when they contradict each other */
function whenHeld(options: StartVerbOptions): WhenHeld {
    const close = options['close-apps'] === true;
    const wait = options['when-free'] === true;
    if (close && wait) throw new UsageError(_('“--close-apps” and “--when-free” do not go together.'));
    return close ? 'close' : wait ? 'wait' : 'refuse';
}

/** Whether its display is opened unless that is forbidden: where there is a desktop to open it on. */
async function isToBeOpened(machine: Machine): Promise<boolean> {
    // Over SSH there is none.
    if (!variable('WAYLAND_DISPLAY') && !variable('DISPLAY')) return false;
    try {
        await machine.loadDetails();
    } catch (error) {
        // The start itself tells what is wrong with it.
        if (error instanceof HandoverError) return false;
        throw error;
    }
    return opensByItself(machine);
}

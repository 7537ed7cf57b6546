// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../../shared/machines/machine.js';
import {MachineGoneError, NoSuchMachineError} from '../../shared/machines/machineErrors.js';
import {monotonicMs, withDeadline} from '../../shared/platform/clock.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {warnOfLosses} from '../hostFailures.js';
import {Interrupted} from '../interrupted.js';
import {onInterrupt} from '../interrupt.js';
import {findWanted, readArgument, type Wanted} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stdout} from '../output.js';
import {printOutcome} from '../outcome.js';
import {escapeControls} from '../plainText.js';
import {showProgress} from '../progress.js';
import {isInState, type WaitState} from '../waitStates.js';

export interface WaitOptions extends CommonOptions {
    readonly for: WaitState;
}

/** `handover wait --for STATE`: ends when the machine is in the state, which may be at once. */
export async function wait(options: WaitOptions, argument: string): Promise<void> {
    const startedAt = monotonicMs();
    const limit = timeoutMs(options);
    const wanted = await readArgument(argument, options);
    let machine: Machine;
    try {
        ({machine} = await findWanted(wanted, options));
    } catch (error) {
        if (!(error instanceof NoSuchMachineError) || options.for !== 'gone') throw error;
        printGone(wanted, options, monotonicMs() - startedAt);
        return;
    }
    const endWarnings = warnOfLosses([machine.host], options);
    const reached = untilReached(machine, options.for);
    const left = limit === undefined ? undefined : Math.max(0, limit - (monotonicMs() - startedAt));
    try {
        await (left === undefined ? reached : withDeadline(machine.name, left, reached));
    } finally {
        endWarnings();
    }
    await printOutcome(machine, 'wait', monotonicMs() - startedAt, options);
}

async function untilReached(machine: Machine, wanted: WaitState): Promise<void> {
    const undo: (() => void)[] = [showProgress(fill(_('Waiting for {name}'), {name: machine.name}))];
    try {
        await new Promise<void>((resolve, reject) => {
            const look = (): void => {
                if (wanted === 'gone' ? machine.isGone : isInState(machine.state, wanted)) resolve();
                else if (machine.isGone) reject(new MachineGoneError(machine.name));
            };
            const ids = [machine.connect('notify::state', look), machine.connect('gone', look)];
            undo.push(() => ids.forEach(id => machine.disconnect(id)));
            undo.push(
                onInterrupt(signal =>
                    reject(
                        new Interrupted(signal, _('The wait has ended; nothing was asked of the machine.')),
                    ),
                ),
            );
            look();
        });
    } finally {
        for (const one of undo) one();
    }
}

function printGone({text: name, hosts, hostsNamed}: Wanted, options: CommonOptions, elapsedMs: number): void {
    if (options.json)
        stdout.json({
            name,
            uuid: '',
            host: hostsNamed ? hosts[0] : '',
            action: 'wait',
            ok: true,
            state: 'gone',
            elapsedMs: Math.round(elapsedMs),
        });
    else stdout.line(`${escapeControls(name)}: ${_('Gone')}`);
}

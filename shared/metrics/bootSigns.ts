// SPDX-License-Identifier: GPL-3.0-or-later
import {readyOf} from '../displays/choices.js';
import {waitForAgent, waitUntilReady} from '../displays/readiness.js';
import type {BootSigns} from './bootWatch.js';

/** The signs that machines give themselves: their agent, and what their metadata calls ready. */
export const MACHINE_SIGNS: BootSigns = {
    async agent(machine, cancellable) {
        await machine.loadDetails();
        if (!machine.definition?.guestAgent) return false;
        await waitForAgent(machine, cancellable);
        return true;
    },
    async ready(machine, cancellable) {
        await machine.loadDetails();
        const {kind} = readyOf(machine);
        if (kind === 'started') return null;
        await waitUntilReady(machine, {cancellable});
        return kind;
    },
};

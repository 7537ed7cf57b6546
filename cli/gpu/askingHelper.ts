// SPDX-License-Identifier: GPL-3.0-or-later
import type {HandoverOutcome} from '../../shared/gpu/helperInterface.js';
import type {Rung} from '../../shared/gpu/handover/forceBack.js';
import type {StepTime} from '../../shared/gpu/handover/stepRunner.js';
import {HelperClient} from '../../shared/gpu/helperClient.js';
import type {JournalEntry} from '../../shared/gpu/handover/handoverDesk.js';
import type {Bus} from '../../shared/platform/bus.js';
import {HelperMissingError} from '../../shared/lending/lendingErrors.js';
import {systemBus} from './helperHere.js';
import {PasswordAgent} from './passwordAgent.js';

/** The helper, before which a terminal stands ready to ask for a password. */
export class AskingHelper extends HelperClient {
    #steps: readonly StepTime[] = [];

    constructor(
        bus: Bus,
        private readonly agent: PasswordAgent,
    ) {
        super(bus);
    }

    /**
     * The steps of the last handover that was done, as the helper has timed them: its signals tell of them, too, but
     * the first ones come before anybody follows a helper that has just been started.
     */
    get steps(): readonly StepTime[] {
        return this.#steps;
    }

    override async take(address: string): Promise<HandoverOutcome> {
        await this.agent.open();
        return this.#noted(await super.take(address));
    }

    override async giveBack(address: string): Promise<HandoverOutcome> {
        await this.agent.open();
        return this.#noted(await super.giveBack(address));
    }

    override async forceBack(address: string, upTo: Rung): Promise<HandoverOutcome> {
        await this.agent.open();
        return this.#noted(await super.forceBack(address, upTo));
    }

    override async journal(): Promise<JournalEntry[]> {
        await this.agent.open();
        return await super.journal({interactive: true});
    }

    #noted(outcome: HandoverOutcome): HandoverOutcome {
        if (outcome.kind === 'done') this.#steps = outcome.steps;
        return outcome;
    }
}

/**
 * Works with the helper, and lets no agent stay behind.
 *
 * @throws HelperMissingError when there is no bus to reach it on, or what the work fails with
 */
export async function withHelper<T>(work: (helper: AskingHelper) => Promise<T>): Promise<T> {
    const bus = await systemBus();
    if (bus === null) throw new HelperMissingError();
    const agent = new PasswordAgent();
    try {
        return await work(new AskingHelper(bus, agent));
    } finally {
        agent.close();
    }
}

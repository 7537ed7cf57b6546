// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../shared/hosts/hostList.js';
import {Lending, type Openers} from '../shared/lending/lending.js';
import type {Machine} from '../shared/machines/machine.js';
import type {Preparation, StartOptions} from '../shared/machines/preparation.js';
import type {OperationControl} from '../shared/operations/operation.js';
import {APP_ASKER} from './appAsker.js';
import type {PanelCards} from './panelCards.js';

/**
 * What is done for cards before a machine starts and after it has stopped.
 *
 * It is there before any machine is, so that no start slips through while the cards are still being read: such a start
 * waits for them.
 */
export class PanelLending implements Preparation {
    readonly #lending: Promise<Lending | null>;

    constructor(
        private readonly hosts: HostList,
        cards: PanelCards,
        openers: Openers,
    ) {
        this.#lending = cards
            .open()
            .then(opened => opened && new Lending(opened.cards, opened.helper, openers, APP_ASKER));
        hosts.preparation = this;
    }

    async beforeStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void> {
        await (await this.#lending)?.beforeStart(machine, control, options);
    }

    async afterStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void> {
        await (await this.#lending)?.afterStart(machine, control, options);
    }

    async afterStop(machine: Machine, control: OperationControl): Promise<void> {
        await (await this.#lending)?.afterStop(machine, control);
    }

    async startFailed(machine: Machine, control: OperationControl): Promise<void> {
        await (await this.#lending)?.startFailed(machine, control);
    }

    dispose(): void {
        this.hosts.preparation = null;
    }
}

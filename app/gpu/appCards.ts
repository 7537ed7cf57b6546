// SPDX-License-Identifier: GPL-3.0-or-later
import type {FollowedCards} from '../../shared/gpu/followedCards.js';
import type {HelperClient} from '../../shared/gpu/helperClient.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Lending} from '../../shared/lending/lending.js';
import type {ReturnWatch} from '../../shared/lending/returnWatch.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {Preparation, StartOptions} from '../../shared/machines/preparation.js';
import type {OperationControl} from '../../shared/operations/operation.js';
import {CardTasks} from './cardTasks.js';

/** What the app knows of cards, and moves them with. */
export interface CardServices {
    readonly cards: FollowedCards;
    /** Null without a system bus. */
    readonly helper: HelperClient | null;
    readonly lending: Lending;
    readonly watch: ReturnWatch;
}

/**
 * The cards of this computer for the whole app: one follower, one helper, one way to prepare a machine.
 *
 * Nothing of it is loaded before somebody asks: the list of machines comes first.
 */
export class AppCards implements Preparation {
    /** What is being done with each card, whichever page shows it. */
    readonly tasks = new CardTasks();
    #opening: Promise<CardServices> | null = null;
    #closed = false;
    #tellOpened: (services: CardServices) => void = () => undefined;
    /** Resolves when somebody has opened the services, and opens nothing. */
    readonly opened = new Promise<CardServices>(resolve => (this.#tellOpened = resolve));

    constructor(private readonly hosts: HostList) {}

    /** The services, opened by the first who asks; who comes after a failure tries again. */
    open(): Promise<CardServices> {
        this.#opening ??= this.#open().catch((error: unknown) => {
            this.#opening = null;
            throw error;
        });
        return this.#opening;
    }

    /** Ends following. A handover that is under way goes on in the helper. */
    close(): void {
        this.#closed = true;
        this.#opening?.then(closeServices, () => undefined);
    }

    async beforeStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void> {
        await (await this.open()).lending.beforeStart(machine, control, options);
    }

    async afterStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void> {
        await (await this.open()).lending.afterStart(machine, control, options);
    }

    async afterStop(machine: Machine, control: OperationControl): Promise<void> {
        await (await this.open()).lending.afterStop(machine, control);
    }

    async startFailed(machine: Machine, control: OperationControl): Promise<void> {
        await (await this.open()).lending.startFailed(machine, control);
    }

    async #open(): Promise<CardServices> {
        const {openServices} = await import('./cardServices.js');
        const services = await openServices(this.hosts);
        if (this.#closed) closeServices(services);
        else this.#tellOpened(services);
        return services;
    }
}

function closeServices({cards, watch}: CardServices): void {
    watch.close();
    cards.close();
}

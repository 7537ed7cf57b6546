// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {Boots} from '../../shared/metrics/boots.js';
import {History} from '../../shared/metrics/history.js';
import {Metrics} from '../../shared/metrics/metrics.js';

/** Linux's use of its cards is looked for in every so manieth tick: it means to walk through all processes. */
export const CARD_TICKS = 3;
const GUEST_COLUMNS = 2;

/** The figures of machines for the whole app: one sampler a host, one watch over starts, one history of each thing. */
export class AppFigures {
    readonly metrics: Metrics;
    readonly boots: Boots;
    readonly #guests = new WeakMap<Machine, History>();
    readonly #cards = new Map<string, History>();

    constructor(hosts: HostList) {
        // To read an answer costs time for each machine: of those that nobody has looked at nothing is read.
        this.metrics = new Metrics(hosts, {wanted: key => this.#isDrawn(hosts.byKey(key))});
        this.boots = new Boots(hosts);
    }

    /** What a machine's guest told of itself, while somebody looked. */
    guestHistory(machine: Machine): History {
        let history = this.#guests.get(machine);
        if (!history) {
            history = new History(this.metrics.intervalMs, GUEST_COLUMNS);
            this.#guests.set(machine, history);
        }
        return history;
    }

    /** How much Linux used a card, while somebody looked. @param address its address on the PCI bus */
    cardHistory(address: string): History {
        let history = this.#cards.get(address);
        if (!history) {
            history = new History(this.metrics.intervalMs * CARD_TICKS, 1);
            this.#cards.set(address, history);
        }
        return history;
    }

    /** Whether somebody has looked at a machine's graphs; they go on while its host is asked for another one. */
    #isDrawn(machine: Machine | undefined): boolean {
        return machine !== undefined && this.#guests.has(machine);
    }

    /** Ends all sampling and watching. */
    close(): void {
        this.metrics.close();
        this.boots.close();
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../../shared/machines/machine.js';
import {describeProblem} from '../../shared/problems/problem.js';

/** So many machines are read at once: libvirt and the drawing of the window have turns between them. */
const AT_ONCE = 2;

/** Reads the details of many machines, a few at a time; who wants to know follows the machines. */
export class DetailsReader {
    #waiting: Machine[] = [];
    #running = 0;

    /** Begins to read these; what waited before is forgotten. */
    read(machines: readonly Machine[]): void {
        this.#waiting = machines.filter(machine => !machine.detailsLoaded).reverse();
        while (this.#running < AT_ONCE && this.#waiting.length > 0) void this.#work();
    }

    /** Reads no more than what is being read. */
    stop(): void {
        this.#waiting = [];
    }

    async #work(): Promise<void> {
        this.#running++;
        for (let machine = this.#waiting.pop(); machine; machine = this.#waiting.pop())
            await readDetails(machine);
        this.#running--;
    }
}

/** Reads what a machine is called, among other things; without it a row keeps the name. */
export async function readDetails(machine: Machine): Promise<void> {
    try {
        await machine.loadDetails();
    } catch (error) {
        // Its page says why, when it is opened.
        console.debug(`No details of ${machine.key}: ${describeProblem(error).detail}`);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {HostList} from '../hosts/hostList.js';
import type {Happening} from '../machines/happening.js';
import type {Machine} from '../machines/machine.js';
import {delay} from '../platform/clock.js';
import {CancelledError} from '../platform/errors.js';
import {endClients} from './openClient.js';

/** How long (ms) a client has to see by itself that its machine has ended. */
const GRACE_MS = 3_000;

const ENDS = new Set<Happening['kind']>(['stopped', 'saved', 'crashed']);

/**
 * Tells the clients of a machine when it has ended, whoever opened them. Several keepers do no harm: who comes late
 * finds nothing left to end.
 */
export class ClientKeeper {
    readonly #closed = new Gio.Cancellable();
    readonly #id: number;

    constructor(
        private readonly hosts: HostList,
        private readonly graceMs = GRACE_MS,
    ) {
        this.#id = hosts.connect('happened', (_hosts, machine: Machine, happening: Happening) => {
            if (ENDS.has(happening.kind)) void this.#ended(machine);
        });
    }

    /** Clients that are open stay open. */
    close(): void {
        this.hosts.disconnect(this.#id);
        this.#closed.cancel();
    }

    async #ended(machine: Machine): Promise<void> {
        try {
            await delay(this.graceMs, this.#closed);
            // It may have been started again, or be kept as it crashed.
            if (!machine.active) await endClients(machine);
        } catch (error) {
            // A window that stays open is no failure of the machine's.
            if (!(error instanceof CancelledError || error instanceof GLib.Error)) throw error;
        }
    }
}

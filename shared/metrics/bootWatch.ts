// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import type {ReadyKind} from '../definition/displayMetadata.js';
import type {Happening, HappeningKind} from '../machines/happening.js';
import type {Machine} from '../machines/machine.js';
import type {MachineList} from '../machines/machineList.js';
import {delay} from '../platform/clock.js';
import {HandoverError} from '../platform/errors.js';
import {StateFileError} from '../platform/stateFile.js';
import {type Boot, BootTimer} from './boot.js';
import type {SampleTime} from './rates.js';
import {HOST_CLOCK, type SampleClock} from './sampleClock.js';

/** How one sees that a machine has started. Both load its details, and throw a HandoverError where it is not seen. */
export interface BootSigns {
    /** Resolves with the guest agent's first answer; false when the machine has no agent. */
    agent(machine: Machine, cancellable: Gio.Cancellable): Promise<boolean>;
    /** Resolves when the machine is ready, with the sign that it names; null when it names none that takes time. */
    ready(machine: Machine, cancellable: Gio.Cancellable): Promise<ReadyKind | null>;
}

/** What has not shown after this time (ms) is not waited for any more. */
const GIVE_UP_MS = 10 * 60_000;

/** Of machines that start in a crowd, the time says more of the crowd; and each is asked for its definition. */
const MOST_AT_ONCE = 8;

/** What makes the time that a start takes say nothing any more; a guest that reboots has not started yet. */
const ENDS: ReadonlySet<HappeningKind> = new Set([
    'removed',
    'started',
    'restored',
    'stopped',
    'saved',
    'crashed',
    'paused',
    'suspended',
    'io-error',
    'watchdog',
]);

/** Why a machine runs that was off. libvirt tells that QEMU goes on before it tells that it has started. */
const BOOTED: ReadonlySet<string> = new Set(['booted', 'unpaused']);

/** Times the starts of a host's machines that happen while it watches, and has them kept. */
export class BootWatch {
    readonly #open = new Map<Machine, Gio.Cancellable>();
    readonly #happened: number;

    constructor(
        private readonly list: MachineList,
        private readonly keep: (machine: Machine, boot: Boot) => Promise<void>,
        private readonly signs: BootSigns,
        private readonly clock: SampleClock = HOST_CLOCK,
    ) {
        this.#happened = list.connect('happened', (_list: unknown, machine: Machine, happening: Happening) =>
            this.#follow(machine, happening),
        );
    }

    /** Watches no longer; starts that are under way are not waited for. */
    close(): void {
        this.list.disconnect(this.#happened);
        for (const open of this.#open.values()) open.cancel();
        this.#open.clear();
    }

    #follow(machine: Machine, {kind, reason, atMs}: Happening): void {
        if (!ENDS.has(kind)) return;
        this.#open.get(machine)?.cancel();
        this.#open.delete(machine);
        // A start that only a comparison with libvirt shows was at some time before.
        if (kind !== 'started' || !BOOTED.has(reason) || this.list.host.asking) return;
        if (this.#open.size >= MOST_AT_ONCE) return;
        const open = new Gio.Cancellable();
        this.#open.set(machine, open);
        delay(GIVE_UP_MS, open).then(
            () => open.cancel(),
            () => undefined,
        );
        this.#time(machine, new BootTimer(atMs, this.#now()), open)
            .catch((error: unknown) => console.error(error))
            .finally(() => {
                open.cancel();
                if (this.#open.get(machine) === open) this.#open.delete(machine);
            });
    }

    async #time(machine: Machine, timer: BootTimer, open: Gio.Cancellable): Promise<void> {
        const keep = async (isNews: boolean): Promise<void> => {
            if (isNews && !open.is_cancelled() && machine.uuid !== '') await this.keep(machine, timer.boot);
        };
        await Promise.all([
            unlessUnseen(async () => {
                if (await this.signs.agent(machine, open)) await keep(timer.agentAnswered(this.#now()));
            }),
            unlessUnseen(async () => {
                const kind = await this.signs.ready(machine, open);
                if (kind !== null) await keep(timer.ready(kind, this.#now()));
            }),
        ]);
    }

    #now(): SampleTime {
        return {awakeMs: this.clock.awakeMs(), passedMs: this.clock.passedMs()};
    }
}

/** A sign that is never seen leaves its time unknown; who waits for the machine is told by the wait itself. */
async function unlessUnseen(sign: () => Promise<void>): Promise<void> {
    try {
        await sign();
    } catch (error) {
        if (!(error instanceof HandoverError)) throw error;
        if (error instanceof StateFileError) console.warn(error);
    }
}

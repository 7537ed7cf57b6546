// SPDX-License-Identifier: GPL-3.0-or-later
// Reads what a guest reports, from the socket that QEMU makes for the channel where libvirt tells it to.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Machine} from '../../machines/machine.js';
import {delay, monotonicMs} from '../../platform/clock.js';
import {CancelledError, HandoverError, messageOf} from '../../platform/errors.js';
import {_, fill} from '../../platform/i18n.js';
import {isHere} from '../machine/machineWorld.js';
import {type GuestReport, type Refused, REPORT_CHANNEL, ReportReader} from './guestReport.js';
import {connectTo, readPiece} from './reportSocket.js';

/** A report is news for so long, in milliseconds: they come once a second. */
const FRESH_MS = 5_000;
/** Pauses between attempts, in milliseconds: the socket is not there at once when a machine starts. The last one stays. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 5_000];

/**
 * What the guest of one machine reports, while somebody looks: between `open` and `close`.
 *
 * It follows the machine through its stops and starts, and never blocks. QEMU lets one program at a time read a port;
 * the next one's turn comes when that one has closed it.
 */
export class ReportChannel {
    #changed: (() => void) | null = null;
    #handlers: number[] = [];
    /** The reading that is under way; null while there is nothing to read. */
    #reading: Gio.Cancellable | null = null;
    #reader = new ReportReader();
    #latest: GuestReport | null = null;
    #problem: string | null = null;
    #ageing = 0;

    constructor(private readonly machine: Machine) {}

    /** The last report; null when there is none, or when it is older than a few seconds. */
    get latest(): GuestReport | null {
        return this.#latest !== null && monotonicMs() - this.#latest.atMs < FRESH_MS ? this.#latest : null;
    }

    /** Why nothing can be read, as a sentence; null when it can, or when there is nothing to read. */
    get problem(): string | null {
        return this.#problem;
    }

    /** What was not taken since it was opened. */
    get refused(): Refused {
        return this.#reader.refused;
    }

    /**
     * Reads from now on.
     *
     * @param changed called at each report, when the last one is no news any more, and when the problem is another one
     */
    open(changed: () => void): void {
        if (this.#changed !== null) return;
        this.#changed = changed;
        this.#reader = new ReportReader();
        this.#handlers = ['notify::active', 'notify::details-loaded', 'gone'].map(signal =>
            this.machine.connect(signal, () => this.#follow()),
        );
        this.#follow();
    }

    /** Reads no more, at once. */
    close(): void {
        this.#changed = null;
        for (const id of this.#handlers.splice(0)) this.machine.disconnect(id);
        this.#stop();
        this.#take(null);
        this.#problem = null;
    }

    /** Reads while the machine runs. */
    #follow(): void {
        const {active, isGone} = this.machine;
        if (!active || isGone) {
            this.#stop();
            this.#take(null);
            this.#tell(null);
        } else if (this.#reading === null) {
            const reading = new Gio.Cancellable();
            this.#reading = reading;
            this.#read(reading)
                .catch((error: unknown) => {
                    if (!(error instanceof CancelledError)) console.error(error);
                })
                .finally(() => {
                    if (this.#reading === reading) this.#reading = null;
                });
        }
    }

    #stop(): void {
        this.#reading?.cancel();
        this.#reading = null;
    }

    /** Reads until it is cancelled, or until there is no channel. What fails is tried again. */
    async #read(life: Gio.Cancellable): Promise<void> {
        for (let failures = 0; ; failures++) {
            try {
                const path = await this.#path();
                if (life.is_cancelled() || path === null) return;
                const connection = await connectTo(path, life);
                failures = 0;
                this.#tell(null);
                await this.#readAll(connection, life);
            } catch (error) {
                if (life.is_cancelled()) return;
                this.#tell(this.#describe(error));
            }
            await delay(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)] ?? 0, life);
        }
    }

    /** Where the socket is, as the running machine's definition tells; null when there is none. */
    async #path(): Promise<string | null> {
        await this.machine.loadDetails();
        const channel = this.machine.definition?.channels.find(({name}) => name === REPORT_CHANNEL);
        if (channel?.type !== 'unix' || channel.path === null || !channel.path.startsWith('/')) return null;
        const {driver} = this.machine.host;
        if (!isHere(driver)) {
            this.#tell(_('What the guest reports could not be read: the machine is not on this computer.'));
            return null;
        }
        // Nor is a socket of this user's to be opened because somebody has written its path into a definition there.
        if (driver.bus !== 'session') {
            this.#tell(_('What the guest reports could not be read: it is for the system’s QEMU alone.'));
            return null;
        }
        return channel.path;
    }

    async #readAll(connection: Gio.SocketConnection, life: Gio.Cancellable): Promise<void> {
        try {
            const stream = connection.get_input_stream();
            for (;;) {
                const bytes = await readPiece(stream, life);
                if (bytes === null) return;
                const reports = this.#reader.take(bytes, monotonicMs());
                const last = reports.at(-1);
                if (last !== undefined) this.#take(last);
                // Who floods the port is left waiting.
                if (this.#reader.restMs > 0) await delay(this.#reader.restMs, life);
            }
        } finally {
            this.#reader.reset();
            connection.close_async(GLib.PRIORITY_DEFAULT, null, null);
        }
    }

    #take(report: GuestReport | null): void {
        if (this.#ageing !== 0) GLib.Source.remove(this.#ageing);
        this.#ageing = 0;
        if (this.#latest === null && report === null) return;
        this.#latest = report;
        if (report !== null)
            this.#ageing = GLib.timeout_add(GLib.PRIORITY_DEFAULT, FRESH_MS, () => {
                this.#ageing = 0;
                this.#latest = null;
                this.#changed?.();
                return GLib.SOURCE_REMOVE;
            });
        this.#changed?.();
    }

    #tell(problem: string | null): void {
        if (this.#problem === problem) return;
        this.#problem = problem;
        this.#changed?.();
    }

    #describe(error: unknown): string {
        if (!(error instanceof GLib.Error || error instanceof HandoverError)) throw error;
        return fill(_('What the guest reports could not be read: {error}'), {error: messageOf(error)});
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {wallClockMs} from '../platform/clock.js';
import type {Happening} from './happening.js';
import {SignalEvent} from './machineEvent.js';

/** What libvirt tells once and cannot be asked for later. */
type Trouble = 'crash' | 'watchdog' | 'io-error' | 'agent-loss';

/**
 * When something last went wrong with a machine, as its events tell while this program follows it: nothing of it is
 * kept anywhere. In milliseconds since 1970.
 */
export class Troubles {
    readonly #times = new Map<Trouble, number>();

    get crashMs(): number | null {
        return this.#times.get('crash') ?? null;
    }

    get watchdogMs(): number | null {
        return this.#times.get('watchdog') ?? null;
    }

    get ioErrorMs(): number | null {
        return this.#times.get('io-error') ?? null;
    }

    /** When its guest agent went away, while it is not back. */
    get agentLostMs(): number | null {
        return this.#times.get('agent-loss') ?? null;
    }

    /** @param event one of {@link SignalEvent} */
    takeSignal(event: number, atMs = wallClockMs()): void {
        switch (event) {
            case SignalEvent.Watchdog:
                this.#times.set('watchdog', atMs);
                return;
            case SignalEvent.IOError:
                this.#times.set('io-error', atMs);
                return;
            case SignalEvent.AgentLost:
                this.#times.set('agent-loss', this.agentLostMs ?? atMs);
                return;
            case SignalEvent.AgentBack:
                this.#times.delete('agent-loss');
                return;
            default:
        }
    }

    /** A crash counts until the machine has ended well, the rest until it is started or goes on. */
    take({kind, atMs}: Pick<Happening, 'kind' | 'atMs'>): void {
        switch (kind) {
            case 'crashed':
                this.#times.set('crash', atMs);
                return;
            case 'stopped':
            case 'saved':
                this.#times.clear();
                return;
            case 'started':
            case 'restored':
                this.#times.delete('watchdog');
                this.#times.delete('io-error');
                this.#times.delete('agent-loss');
                return;
            case 'resumed':
                this.#times.delete('io-error');
                return;
            default:
        }
    }
}

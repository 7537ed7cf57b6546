// SPDX-License-Identifier: GPL-3.0-or-later
import type {Alarm, Clock} from '../../../shared/gpu/handover/ports.js';

interface Appointment {
    readonly at: number;
    readonly keep: () => void;
}

/**
 * Time that passes only where something waits: a wait between two looks takes it forward, and so does a kernel
 * that hangs, up to the next thing that is due.
 */
export class FakeClock implements Clock {
    #now = 0;
    readonly #appointments = new Set<Appointment>();

    nowMs(): number {
        return this.#now;
    }

    wallClockMs(): number {
        return 1_780_000_000_000 + this.#now;
    }

    delay(milliseconds: number): Promise<void> {
        this.#goTo(this.#now + milliseconds);
        return new Promise(resolve => setTimeout(resolve));
    }

    alarm(milliseconds: number): Alarm {
        let appointment: Appointment | null = null;
        const rang = new Promise<void>(resolve => {
            appointment = {at: this.#now + milliseconds, keep: resolve};
            this.#appointments.add(appointment);
        });
        return {rang, stop: () => appointment && this.#appointments.delete(appointment)};
    }

    /** Does something when so much time has passed. */
    after(milliseconds: number, keep: () => void): void {
        this.#appointments.add({at: this.#now + milliseconds, keep});
    }

    /** Nothing else can happen: time goes on to what is due next. */
    skip(): void {
        setTimeout(() => {
            const next = Math.min(...[...this.#appointments].map(({at}) => at));
            if (Number.isFinite(next)) this.#goTo(next);
        });
    }

    #goTo(time: number): void {
        this.#now = Math.max(this.#now, time);
        const due = [...this.#appointments].filter(({at}) => at <= this.#now);
        for (const appointment of due.sort((one, other) => one.at - other.at)) {
            if (this.#appointments.delete(appointment)) appointment.keep();
        }
    }
}

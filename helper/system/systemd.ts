// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Services} from '../../shared/gpu/handover/ports.js';
import type {Bus, Destination} from '../../shared/platform/bus.js';
import {DeadlineError, HandoverError} from '../../shared/platform/errors.js';
import {delay, monotonicMs} from '../../shared/platform/clock.js';
import type {InterfaceTable} from '../../shared/platform/signature.js';

/** https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html */
const Systemd = {
    name: 'org.freedesktop.systemd1.Manager',
    methods: {
        LoadUnit: ['s', 'o'],
        StartUnit: ['ss', 'o'],
        StopUnit: ['ss', 'o'],
        ReloadUnit: ['ss', 'o'],
    },
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

const SYSTEMD: Destination = {name: 'org.freedesktop.systemd1', path: '/org/freedesktop/systemd1'};
const UNIT = 'org.freedesktop.systemd1.Unit';
const JOB_MS = 30_000;
const CALL_MS = 10_000;
const LOOK_MS = 100;

/** Units that this helper may stop, start and reload, whatever it is told. */
const KNOWN = /^(nvidia-(persistenced|powerd)|libvirtd|virtqemud)\.service$/;

/** systemd did not do what it was asked. */
class UnitError extends HandoverError {
    readonly kind = 'unit';
}

/** The services of this machine. */
export class SystemdServices implements Services {
    constructor(private readonly bus: Bus) {}

    async isActive(unit: string): Promise<boolean> {
        return (await this.#state(unit)) === 'active';
    }

    stop(unit: string): Promise<void> {
        return this.#change('StopUnit', unit, ['inactive', 'failed']);
    }

    start(unit: string): Promise<void> {
        return this.#change('StartUnit', unit, ['active']);
    }

    /** Has a daemon read its configuration again, when it runs. */
    async reload(unit: string): Promise<void> {
        if (await this.isActive(unit)) await this.#change('ReloadUnit', unit, ['active']);
    }

    async #change(
        method: 'StartUnit' | 'StopUnit' | 'ReloadUnit',
        unit: string,
        wanted: readonly string[],
    ): Promise<void> {
        if (!KNOWN.test(unit)) throw new UnitError(`${unit} is none of the known units`);
        await this.bus.call(SYSTEMD, Systemd, method, [unit, 'replace'], {timeoutMs: CALL_MS});
        const end = monotonicMs() + JOB_MS;
        // A job that is done at once tells so before we know its path; its unit's state can be asked at any time.
        for (;;) {
            const state = await this.#state(unit);
            if (wanted.includes(state)) return;
            if (state === 'failed') throw new UnitError(`${unit} has failed`);
            if (monotonicMs() >= end) throw new DeadlineError(`${method} ${unit}`, JOB_MS);
            await delay(LOOK_MS);
        }
    }

    /** `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating`; `inactive` without systemd. */
    async #state(unit: string): Promise<string> {
        let path: string;
        try {
            [path] = await this.bus.call(SYSTEMD, Systemd, 'LoadUnit', [unit], {timeoutMs: CALL_MS});
        } catch (error) {
            const missing =
                error instanceof GLib.Error && /ServiceUnknown|NameHasNoOwner|NoSuchUnit/.test(error.message);
            if (missing) return 'inactive';
            throw error;
        }
        const to = {name: SYSTEMD.name, path};
        return String(await this.bus.getProperty(to, UNIT, 'ActiveState', {timeoutMs: CALL_MS}));
    }
}

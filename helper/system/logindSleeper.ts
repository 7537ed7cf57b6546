// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {SleepFailed, SleepHeldBack, type Sleeper} from '../../shared/gpu/handover/ports.js';
import type {Bus, Destination} from '../../shared/platform/bus.js';
import {withDeadline} from '../../shared/platform/clock.js';
import {HandoverError} from '../../shared/platform/errors.js';
import {oneLine} from '../../shared/platform/i18n.js';
import type {InterfaceTable} from '../../shared/platform/signature.js';

/** https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html */
const Logind = {
    name: 'org.freedesktop.login1.Manager',
    methods: {
        Suspend: ['b', ''],
        CanSuspend: ['', 's'],
        /** What, who, why, mode, user, process. */
        ListInhibitors: ['', 'a(ssssuu)'],
    },
    properties: {},
    signals: {PrepareForSleep: 'b'},
} as const satisfies InterfaceTable;

const LOGIND: Destination = {name: 'org.freedesktop.login1', path: '/org/freedesktop/login1'};
const LONGEST_NAME = 80;

/** How long logind may take, in milliseconds. */
export interface SleepLimits {
    /** To answer a call. */
    readonly callMs: number;
    /** To begin, with what programs that delay it are given. */
    readonly beginMs: number;
    /** To be awake again, of time that the computer is awake: the clock stands still while it sleeps. */
    readonly awakeMs: number;
}

export const SLEEP_LIMITS: SleepLimits = {callMs: 10_000, beginMs: 40_000, awakeMs: 60_000};

/** Puts the computer to sleep; somebody has to wake it. */
export class LogindSleeper implements Sleeper {
    constructor(
        private readonly bus: Bus,
        private readonly limits: SleepLimits = SLEEP_LIMITS,
    ) {}

    async suspendAndResume(): Promise<void> {
        try {
            await this.#sleep();
        } catch (error) {
            if (error instanceof SleepHeldBack || error instanceof SleepFailed) throw error;
            if (!(error instanceof HandoverError || error instanceof GLib.Error)) throw error;
            throw new SleepFailed('The computer did not go to sleep and wake up', {cause: error});
        }
    }

    async #sleep(): Promise<void> {
        const {beginMs, awakeMs} = this.limits;
        await this.#mayBegin();
        let unsubscribe = (): void => undefined;
        let begun = (): void => undefined;
        const begins = new Promise<void>(resolve => (begun = resolve));
        const wakes = new Promise<void>(resolve => {
            unsubscribe = this.bus.subscribe(LOGIND.name, LOGIND.path, ({member, parameters}) => {
                if (member !== 'PrepareForSleep') return;
                const [before] = parameters.recursiveUnpack() as [boolean];
                // logind tells of a sleep that came to nothing by the end alone.
                begun();
                if (!before) resolve();
            });
        });
        try {
            await this.bus.call(LOGIND, Logind, 'Suspend', [false], {timeoutMs: this.limits.callMs});
            await withDeadline('The beginning of sleep', beginMs, begins);
            await withDeadline('Sleep', awakeMs, wakes);
        } finally {
            unsubscribe();
        }
    }

    /** logind lets root go to sleep whatever programs say against it; so they are asked for here. */
    async #mayBegin(): Promise<void> {
        const options = {timeoutMs: this.limits.callMs};
        const [can] = await this.bus.call(LOGIND, Logind, 'CanSuspend', [], options);
        if (can !== 'yes') throw new SleepFailed(`The computer cannot sleep: ${can}`);
        const [inhibitors] = await this.bus.call(LOGIND, Logind, 'ListInhibitors', [], options);
        const against = inhibitors
            .filter(([what, , , mode]) => what.split(':').includes('sleep') && mode.startsWith('block'))
            .map(([, who, why]) => oneLine(`${who} (${why})`, LONGEST_NAME));
        if (against.length > 0) throw new SleepHeldBack(against);
    }
}

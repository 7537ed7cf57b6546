// SPDX-License-Identifier: GPL-3.0-or-later
import type {Sleeper} from '../../shared/gpu/handover/ports.js';
import type {Bus, Destination} from '../../shared/platform/bus.js';
import {withDeadline} from '../../shared/platform/clock.js';
import type {InterfaceTable} from '../../shared/platform/signature.js';

/** https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html */
const Logind = {
    name: 'org.freedesktop.login1.Manager',
    methods: {Suspend: ['b', '']},
    properties: {},
    signals: {PrepareForSleep: 'b'},
} as const satisfies InterfaceTable;

const LOGIND: Destination = {name: 'org.freedesktop.login1', path: '/org/freedesktop/login1'};
const CALL_MS = 30_000;
/** Of time that the computer is awake: the clock stands still while it sleeps. */
const AWAKE_MS = 60_000;

/** Puts the computer to sleep; somebody has to wake it. */
export class LogindSleeper implements Sleeper {
    constructor(private readonly bus: Bus) {}

    async suspendAndResume(): Promise<void> {
        let unsubscribe = (): void => undefined;
        const awake = new Promise<void>(resolve => {
            unsubscribe = this.bus.subscribe(LOGIND.name, LOGIND.path, ({member, parameters}) => {
                if (member !== 'PrepareForSleep') return;
                const [begins] = parameters.recursiveUnpack() as [boolean];
                if (!begins) resolve();
            });
        });
        try {
            await this.bus.call(LOGIND, Logind, 'Suspend', [false], {timeoutMs: CALL_MS});
            await withDeadline('sleep', AWAKE_MS, awake);
        } finally {
            unsubscribe();
        }
    }
}

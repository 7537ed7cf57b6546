// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Alarm, Clock} from '../../shared/gpu/handover/ports.js';
import {delay, monotonicMs, wallClockMs} from '../../shared/platform/clock.js';

/** Real time. */
export const glibClock: Clock = {
    nowMs: monotonicMs,
    wallClockMs: () => Math.round(wallClockMs()),
    delay: milliseconds => delay(milliseconds),
    alarm(milliseconds): Alarm {
        let source = 0;
        const rang = new Promise<void>(resolve => {
            source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
                source = 0;
                resolve();
                return GLib.SOURCE_REMOVE;
            });
        });
        return {
            rang,
            stop() {
                if (source !== 0) GLib.Source.remove(source);
                source = 0;
            },
        };
    },
};

// SPDX-License-Identifier: GPL-3.0-or-later
// The real world of a handover: a kernel, systemd and time. Only root can use it.
import Gio from 'gi://Gio';

import {delay, monotonicMs, wallClockMs} from '../../platform/clock.js';
import {SubprocessError} from '../../platform/errors.js';
import {run} from '../../platform/subprocess.js';
import {type Alarm, type Clock, KernelRefusal, type KernelWriter, type Services} from './ports.js';

/** Longer than any step: the step's own deadline is the one that counts. */
const NEVER_MS = 24 * 60 * 60 * 1000;

/** systemctl gives a job 90 s by itself; a step has less. */
const SERVICE_MS = 60_000;

/**
 * Writes in programs of their own.
 *
 * What the kernel never answers keeps a program for ever, beyond any signal. When it is tee(1), the helper lives on
 * to say so; had the helper written itself, it could neither answer nor end, and its name on the bus would stay taken.
 */
export class SubprocessKernelWriter implements KernelWriter {
    async write(path: string, value: string): Promise<void> {
        await ask(`write ${path}`, ['tee', '--', path], value);
    }

    async loadModules(names: readonly string[]): Promise<void> {
        await ask(`modprobe ${names.join(' ')}`, ['modprobe', '-a', '--', ...names]);
    }

    async unloadModules(names: readonly string[]): Promise<void> {
        await ask(`modprobe -r ${names.join(' ')}`, ['modprobe', '-r', '--', ...names]);
    }
}

async function ask(what: string, argv: [string, ...string[]], stdin?: string): Promise<void> {
    try {
        await run(argv, {
            timeoutMs: NEVER_MS,
            // What still writes may not be taken for what has ended.
            untilGone: true,
            environment: {LC_ALL: 'C'},
            ...(stdin === undefined ? {} : {stdin}),
        });
    } catch (error) {
        if (!(error instanceof SubprocessError)) throw error;
        throw new KernelRefusal(what, answerIn(error), {cause: error});
    }
}

/** `tee: /sys/…: Device or resource busy` → `Device or resource busy`. */
function answerIn(error: SubprocessError): string {
    const line = error.stderr.trim().split('\n').at(-1) ?? '';
    return line === '' ? error.message : (line.split(': ').at(-1) ?? line);
}

/** systemd's services, through systemctl. */
export class SystemdServices implements Services {
    async isActive(unit: string): Promise<boolean> {
        try {
            await run(['systemctl', 'is-active', '--quiet', '--', unit], {timeoutMs: SERVICE_MS});
            return true;
        } catch (error) {
            // It ends with 3 or 4 for units that are off or unknown; without systemd there are none.
            if (error instanceof SubprocessError) return false;
            throw error;
        }
    }

    async stop(unit: string): Promise<void> {
        await run(['systemctl', 'stop', '--', unit], {timeoutMs: SERVICE_MS});
    }

    async start(unit: string): Promise<void> {
        await run(['systemctl', 'start', '--', unit], {timeoutMs: SERVICE_MS});
    }
}

/** This machine's time. */
export class SystemClock implements Clock {
    nowMs(): number {
        return monotonicMs();
    }

    wallClockMs(): number {
        return wallClockMs();
    }

    delay(milliseconds: number): Promise<void> {
        return delay(milliseconds);
    }

    alarm(milliseconds: number): Alarm {
        const timer = new Gio.Cancellable();
        return {
            rang: delay(milliseconds, timer).catch(() => new Promise<never>(() => undefined)),
            stop: () => timer.cancel(),
        };
    }
}

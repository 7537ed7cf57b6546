// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {CancelledError, DeadlineError} from './errors.js';

/** Milliseconds on the clock that neither jumps nor stops while the process runs. */
export function monotonicMs(): number {
    return GLib.get_monotonic_time() / 1000;
}

/** Milliseconds since 1970, for what is shown as a time of day. */
export function wallClockMs(): number {
    return GLib.get_real_time() / 1000;
}

/**
 * A moment by this computer's clock and calendar.
 *
 * @param milliseconds since 1970
 * @param format as g_date_time_format() has it: `%X` a time and `%x` a date as the user writes them, `%F %T` for logs
 */
export function localTime(milliseconds: number, format: string): string {
    return GLib.DateTime.new_from_unix_local(Math.floor(milliseconds / 1000)).format(format) ?? '';
}

/**
 * Resolves after a time.
 *
 * @param milliseconds how long
 * @param cancellable ends the wait at once
 * @throws CancelledError when it was cancelled; the timer is gone then
 */
export function delay(milliseconds: number, cancellable: Gio.Cancellable | null = null): Promise<void> {
    return new Promise((resolve, reject) => {
        if (cancellable?.is_cancelled()) {
            reject(new CancelledError());
            return;
        }
        let release: (() => void) | null = null;
        const source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, Math.max(0, milliseconds), () => {
            release?.();
            resolve();
            return GLib.SOURCE_REMOVE;
        });
        if (!cancellable) return;
        release = onCancelled(cancellable, () => {
            release?.();
            GLib.Source.remove(source);
            reject(new CancelledError());
        });
    });
}

/**
 * Calls back when a cancellable is cancelled.
 *
 * This is the plain GObject signal: `Gio.Cancellable.connect()` is `g_cancellable_connect()`, whose handler
 * must not disconnect itself (https://docs.gtk.org/gio/method.Cancellable.disconnect.html).
 *
 * One that was cancelled before is told of at once.
 *
 * @returns a function that ends it, also from inside the callback
 */
export function onCancelled(cancellable: Gio.Cancellable, callback: () => void): () => void {
    if (cancellable.is_cancelled()) {
        callback();
        return () => undefined;
    }
    const id = GObject.signal_connect(cancellable, 'cancelled', callback);
    return () => GObject.signal_handler_disconnect(cancellable, id);
}

/**
 * Waits for something, but no longer than a deadline.
 *
 * The thing itself is not stopped: pass `abandon` to do that.
 *
 * @param what what is waited for, for the error
 * @throws DeadlineError when the time is up first
 */
export async function withDeadline<T>(
    what: string,
    milliseconds: number,
    promise: Promise<T>,
    abandon?: () => void,
): Promise<T> {
    const timer = new Gio.Cancellable();
    const expiry = delay(milliseconds, timer).then(
        () => {
            abandon?.();
            throw new DeadlineError(what, milliseconds);
        },
        () => new Promise<never>(() => undefined),
    );
    try {
        return await Promise.race([promise, expiry]);
    } finally {
        timer.cancel();
    }
}

/**
 * What something brings, or else what stands for it where that takes too long. The thing itself is not stopped.
 *
 * @throws what it fails with in time
 */
export async function inTime<T, F>(promise: Promise<T>, milliseconds: number, otherwise: F): Promise<T | F> {
    try {
        return await withDeadline('An answer', milliseconds, promise);
    } catch (error) {
        if (error instanceof DeadlineError) return otherwise;
        throw error;
    }
}

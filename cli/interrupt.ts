// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import GLibUnix from 'gi://GLibUnix';

export const SIGHUP = 1;
const SIGINT = 2;
const SIGTERM = 15;
/** The terminal has another size. */
export const SIGWINCH = 28;

/**
 * Calls back at SIGINT and SIGTERM instead of ending the process.
 *
 * @returns a function that ends it
 */
export function onInterrupt(callback: (signal: number) => void): () => void {
    return onSignals([SIGINT, SIGTERM], callback);
}

/**
 * Calls back at these signals instead of what they do to a process.
 *
 * @param signals those that GLib can follow: https://docs.gtk.org/glib-unix/func.signal_source_new.html
 * @returns a function that ends it
 */
export function onSignals(signals: readonly number[], callback: (signal: number) => void): () => void {
    const add = GLibUnix.signal_add ?? GLibUnix.signal_add_full;
    const sources = signals.map(signal =>
        add(GLib.PRIORITY_HIGH, signal, () => {
            callback(signal);
            return GLib.SOURCE_CONTINUE;
        }),
    );
    return () => {
        for (const source of sources.splice(0)) GLib.Source.remove(source);
    };
}

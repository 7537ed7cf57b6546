// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import GLibUnix from 'gi://GLibUnix';

const SIGINT = 2;
const SIGTERM = 15;

/**
 * Calls back at SIGINT and SIGTERM instead of ending the process.
 *
 * @returns a function that ends it
 */
export function onInterrupt(callback: (signal: number) => void): () => void {
    const add = GLibUnix.signal_add ?? GLibUnix.signal_add_full;
    const sources = [SIGINT, SIGTERM].map(signal =>
        add(GLib.PRIORITY_HIGH, signal, () => {
            callback(signal);
            return GLib.SOURCE_CONTINUE;
        }),
    );
    return () => {
        for (const source of sources.splice(0)) GLib.Source.remove(source);
    };
}

// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {stderr} from './output.js';
import {escapeControls, shorten} from './plainText.js';

/** A wait shorter than this (ms) is not worth a line. */
const FIRST_AFTER_MS = 400;

/**
 * Shows on a terminal that something goes on, and for how long.
 *
 * @param what e.g. `Stopping web`
 * @returns a function that takes the line away
 */
export function showProgress(what: string): () => void {
    if (!stderr.isTerminal) return () => undefined;
    const text = shorten(escapeControls(what), 60);
    const startedAt = GLib.get_monotonic_time();
    const draw = (): void => {
        const seconds = Math.floor((GLib.get_monotonic_time() - startedAt) / 1_000_000);
        stderr.showStatus(`${text} ${seconds} s`);
    };
    let source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, FIRST_AFTER_MS, () => {
        draw();
        source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1000, () => {
            draw();
            return GLib.SOURCE_CONTINUE;
        });
        return GLib.SOURCE_REMOVE;
    });
    return () => {
        GLib.Source.remove(source);
        stderr.clearStatus();
    };
}

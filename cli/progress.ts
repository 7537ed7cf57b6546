// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Operation} from '../shared/operations/operation.js';
import {monotonicMs} from '../shared/platform/clock.js';
import {_, fill} from '../shared/platform/i18n.js';
import {stderr} from './output.js';
import {escapeControls, shorten, withoutIsolates} from './plainText.js';

/** A wait shorter than this (ms) is not worth a line. */
const FIRST_AFTER_MS = 400;

/** A line on a terminal that says what goes on, and for how long. */
class ProgressLine {
    readonly #startedAt = monotonicMs();
    #source: number;

    constructor(private what: string) {
        this.#source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, FIRST_AFTER_MS, () => {
            this.#draw();
            this.#source = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 1000, () => {
                this.#draw();
                return GLib.SOURCE_CONTINUE;
            });
            return GLib.SOURCE_REMOVE;
        });
    }

    /** Something else goes on now. */
    change(what: string): void {
        this.what = what;
        if (monotonicMs() - this.#startedAt >= FIRST_AFTER_MS) this.#draw();
    }

    end(): void {
        GLib.Source.remove(this.#source);
        stderr.clearStatus();
    }

    #draw(): void {
        const seconds = Math.floor((monotonicMs() - this.#startedAt) / 1000);
        stderr.showStatus(`${shorten(escapeControls(this.what), 60)} ${seconds} s`);
    }
}

/**
 * Shows on a terminal that something goes on, and for how long.
 *
 * @param what e.g. `Stopping web`
 * @returns a function that takes the line away
 */
export function showProgress(what: string): () => void {
    if (!stderr.isTerminal) return () => undefined;
    const line = new ProgressLine(what);
    return () => line.end();
}

/**
 * Shows on a terminal what an operation does: a line for each step that has ended, with its time, and one for what
 * goes on.
 *
 * @param label a step in words; null for one that is not worth a line
 * @returns a function that ends it
 */
export function showOperation(
    operation: Operation,
    what: string,
    label: (id: string) => string | null = () => null,
): () => void {
    if (!stderr.isTerminal) return () => undefined;
    const line = new ProgressLine(what);
    let printed = 0;
    const print = (): void => {
        for (; printed < operation.steps.length; printed++) {
            const {id, startedMs, endedMs} = operation.steps[printed]!;
            const words = label(id);
            if (endedMs === null) {
                line.change(words === null ? what : words);
                return;
            }
            if (words !== null) stderr.line(`  ${escapeControls(words)}  ${timeLabel(endedMs - startedMs)}`);
        }
    };
    const id = operation.connect('notify::step', print);
    return () => {
        operation.disconnect(id);
        print();
        line.end();
    };
}

/** A time as a person reads it, e.g. `2.1 s` or `40 ms`. */
export function timeLabel(milliseconds: number): string {
    return milliseconds < 99.5
        ? fill(_('{milliseconds} ms'), {milliseconds: Math.round(milliseconds)})
        : withoutIsolates(fill(_('{seconds} s'), {seconds: (milliseconds / 1000).toFixed(1)}));
}

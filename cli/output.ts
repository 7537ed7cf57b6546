// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GioUnix from 'gi://GioUnix';
import GLib from 'gi://GLib';

import {variable} from './environment.js';
import {OutputError} from './outputError.js';
import {plainJson} from './plainText.js';

/** Whoever read our output has gone. */
export class PipeClosedError extends Error {}

const encoder = new TextEncoder();

/**
 * Whether we were started without this descriptor. GLib has taken the number for one of its own then, and the
 * first ones that it opens are anonymous (eventfd); what it opens later is not of interest here.
 */
function isMissing(fd: number): boolean {
    try {
        return GLib.file_read_link(`/proc/self/fd/${fd}`).startsWith('anon_inode:');
    } catch (error) {
        // A name that is no text is the name of something.
        if (!(error instanceof GLib.Error)) return false;
        return GLib.file_test('/proc/self/fd', GLib.FileTest.IS_DIR);
    }
}

/**
 * Standard output or standard error.
 *
 * Always UTF-8: `print()` turns every letter that the locale does not know into a question mark, and there is no
 * locale in `ssh HOST handover list --json`.
 */
class Output {
    readonly #stream: Gio.OutputStream | null;

    constructor(readonly fd: 1 | 2) {
        this.#stream = isMissing(fd) ? null : GioUnix.OutputStream.new(fd, false);
    }

    /** Whether a person looks at it. */
    get isTerminal(): boolean {
        // On Unix this is isatty() and no more (https://gitlab.gnome.org/GNOME/glib, glib/gmessages.c).
        return GLib.log_writer_supports_color(this.fd);
    }

    get usesColour(): boolean {
        return this.usesScreen && !variable('NO_COLOR');
    }

    /** Whether it is a terminal on which one can draw. */
    get usesScreen(): boolean {
        return this.isTerminal && variable('TERM') !== 'dumb';
    }

    /** @throws OutputError when there is nothing to write to */
    check(): void {
        if (!this.#stream) throw new OutputError(`Descriptor ${this.fd} is closed`);
    }

    /** @throws PipeClosedError when nobody reads any more; OutputError when it cannot be written */
    write(text: string): void {
        this.check();
        try {
            this.#stream!.write_all(encoder.encode(text), null);
        } catch (error) {
            if (!(error instanceof GLib.Error)) throw error;
            if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.BROKEN_PIPE)) throw new PipeClosedError();
            throw new OutputError(error.message, {cause: error});
        }
    }

    line(text: string): void {
        this.write(`${text}\n`);
    }

    /** One JSON document on one line; `list` and `show` are laid out for a person on a terminal. */
    json(value: unknown): void {
        this.line(plainJson(value, this.isTerminal ? 2 : 0));
    }
}

/** Standard error: what cannot be told there changes neither the result nor the exit code. */
class ErrorOutput extends Output {
    #hasStatus = false;

    constructor() {
        super(2);
    }

    override write(text: string): void {
        try {
            super.write(text);
        } catch (error) {
            if (!(error instanceof OutputError || error instanceof PipeClosedError)) throw error;
        }
    }

    override line(text: string): void {
        this.clearStatus();
        super.line(text);
    }

    /** Shows on a terminal what goes on, in place of what was shown before; `line` takes it away. */
    showStatus(text: string): void {
        this.#hasStatus = true;
        this.write(`\r${text}\x1b[K`);
    }

    clearStatus(): void {
        if (!this.#hasStatus) return;
        this.#hasStatus = false;
        this.write('\r\x1b[K');
    }
}

export const stdout = new Output(1);
export const stderr = new ErrorOutput();

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GioUnix from 'gi://GioUnix';
import GLib from 'gi://GLib';

/** Whoever read our output has gone. */
export class PipeClosedError extends Error {}

const encoder = new TextEncoder();

/**
 * Standard output or standard error.
 *
 * Always UTF-8: `print()` turns every letter that the locale does not know into a question mark, and there is no
 * locale in `ssh HOST handover list --json`.
 */
export class Output {
    readonly #stream: Gio.OutputStream;

    constructor(readonly fd: 1 | 2) {
        this.#stream = GioUnix.OutputStream.new(fd, false);
    }

    /** Whether a person looks at it. */
    get isTerminal(): boolean {
        // On Unix this is isatty() and no more (https://gitlab.gnome.org/GNOME/glib, glib/gmessages.c).
        return GLib.log_writer_supports_color(this.fd);
    }

    get usesColour(): boolean {
        return this.isTerminal && !GLib.getenv('NO_COLOR') && GLib.getenv('TERM') !== 'dumb';
    }

    /** @throws PipeClosedError when nobody reads any more */
    write(text: string): void {
        try {
            this.#stream.write_all(encoder.encode(text), null);
        } catch (error) {
            if (error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.BROKEN_PIPE))
                throw new PipeClosedError();
            throw error;
        }
    }

    line(text: string): void {
        this.write(`${text}\n`);
    }

    /** One JSON document on one line; `list` and `show` are laid out for a person on a terminal. */
    json(value: unknown): void {
        this.line(JSON.stringify(value, null, this.isTerminal ? 2 : 0));
    }
}

export const stdout = new Output(1);
export const stderr = new Output(2);

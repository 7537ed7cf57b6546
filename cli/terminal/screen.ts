// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GLibUnix from 'gi://GLibUnix';

import {DeadlineError, SubprocessError} from '../../shared/platform/errors.js';
import {run} from '../../shared/platform/subprocess.js';
import {onSignals, SIGHUP, SIGWINCH} from '../interrupt.js';
import {PipeClosedError, stdout} from '../output.js';
import {OutputError} from '../outputError.js';
import {keysIn} from './keys.js';
import {keysAsPressed, restoreKeys, type TerminalSize, terminalSize} from './tty.js';

/** https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
const CODES = {
    // The alternate screen, no cursor, and no line that wraps because its width was misjudged.
    enter: '\x1b[?1049h\x1b[?25l\x1b[?7l',
    leave: '\x1b[?7h\x1b[?25h\x1b[?1049l',
    home: '\x1b[H',
    clearLine: '\x1b[K',
    clearBelow: '\x1b[J',
};
const CTRL_Z = '\x1a';
const CTRL_BACKSLASH = '\x1c';
const MOST_BYTES = 4096;
const STOP_MS = 1000;

/** What a screen tells. */
export interface ScreenEvents {
    /** A key was pressed: one character. */
    pressed(key: string): void;
    /** It has to be drawn anew: it has another size, or was away. */
    resized(): void;
    /** The terminal is gone, or Ctrl+\ was pressed: this is the end. */
    gone(): void;
    /** Something failed that nobody waits for. */
    failed(error: unknown): void;
}

/**
 * The terminal as one picture that is drawn again and again in the same place.
 *
 * What stood there before comes back with `close()`, which has to be called whatever happens.
 */
export class Screen {
    #size: TerminalSize = {columns: 80, rows: 24};
    #settings: string | null = null;
    #shown = false;
    #closed = false;
    /** What is under way: the terminal comes and goes one step after the other. */
    #turn: Promise<void> = Promise.resolve();
    readonly #undo: (() => void)[] = [];

    constructor(private readonly events: ScreenEvents) {}

    get size(): TerminalSize {
        return this.#size;
    }

    /** @throws OutputError, PipeClosedError */
    async open(): Promise<void> {
        this.#undo.push(onSignals([SIGWINCH], () => this.#guard(() => this.#measure())));
        this.#undo.push(onSignals([SIGHUP], () => this.events.gone()));
        this.#listen();
        await this.#inTurn(() => this.#enter());
    }

    /**
     * Draws; nothing is drawn while it is not on the screen.
     *
     * @param lines no wider and no more than there is room for
     * @throws OutputError, PipeClosedError
     */
    draw(lines: readonly string[]): void {
        if (!this.#shown) return;
        const {rows} = this.#size;
        const shown = lines.slice(0, rows);
        // A line is cleared before it is written: behind its last column there is nothing to clear any more.
        const text = shown.map(line => CODES.clearLine + line).join('\r\n');
        stdout.write(`${CODES.home}${text}${shown.length < rows ? `\r\n${CODES.clearBelow}` : ''}`);
    }

    /** Brings back what was there before; whoever calls has something else to tell of than what fails here. */
    async close(): Promise<void> {
        this.#closed = true;
        for (const undo of this.#undo.splice(0)) undo();
        try {
            await this.#inTurn(() => this.#leave());
        } catch (error) {
            if (!(error instanceof OutputError || error instanceof PipeClosedError)) throw error;
        }
    }

    #inTurn(task: () => Promise<void>): Promise<void> {
        const done = this.#turn.then(task);
        this.#turn = done.catch(() => undefined);
        return done;
    }

    async #enter(): Promise<void> {
        if (this.#closed) return;
        this.#settings = await keysAsPressed();
        this.#size = await terminalSize();
        if (this.#closed) return;
        stdout.write(CODES.enter);
        this.#shown = true;
    }

    async #leave(): Promise<void> {
        const settings = this.#settings;
        const shown = this.#shown;
        this.#settings = null;
        this.#shown = false;
        try {
            if (shown) stdout.write(CODES.leave);
        } finally {
            if (settings !== null) await restoreKeys(settings);
        }
    }

    async #measure(): Promise<void> {
        this.#size = await terminalSize();
        // What stood where it ended before would stay.
        if (this.#shown) stdout.write(CODES.home + CODES.clearBelow);
        this.events.resized();
    }

    /** Keys come from the terminal itself: standard input may be anything. */
    #listen(): void {
        let stream: Gio.InputStream & Gio.FileDescriptorBased;
        try {
            stream = Gio.File.new_for_path('/dev/tty').read(null) as never;
        } catch (error) {
            // This process belongs to none; the picture is shown all the same.
            if (error instanceof GLib.Error) return;
            throw error;
        }
        let source: number | null = null;
        const {IN, HUP, ERR} = GLib.IOCondition;
        const whenever = IN | HUP | ERR;
        source = GLibUnix.fd_add_full(GLib.PRIORITY_DEFAULT, stream.get_fd(), whenever, (_fd, condition) => {
            const bytes = condition & (HUP | ERR) ? null : readNow(stream);
            if (bytes === null) {
                source = null;
                this.events.gone();
                return GLib.SOURCE_REMOVE;
            }
            for (const key of keysIn(new TextDecoder().decode(bytes))) this.#press(key);
            return GLib.SOURCE_CONTINUE;
        });
        this.#undo.push(() => {
            if (source !== null) GLib.Source.remove(source);
        });
    }

    #press(key: string): void {
        if (this.#closed) return;
        if (key === CTRL_Z) this.#guard(() => this.#inTurn(() => this.#stop()));
        else if (key === CTRL_BACKSLASH) this.events.gone();
        else this.events.pressed(key);
    }

    /** What Ctrl+Z does: the shell has the terminal until it lets us go on. */
    async #stop(): Promise<void> {
        if (!this.#shown) return;
        await this.#leave();
        try {
            // All of the job stops, this process and the one that says so.
            await run(['kill', '-TSTP', '0'], {timeoutMs: STOP_MS});
        } catch (error) {
            if (!(error instanceof SubprocessError || error instanceof DeadlineError)) throw error;
        }
        await this.#enter();
        this.events.resized();
    }

    #guard(task: () => Promise<void>): void {
        task().catch((error: unknown) => this.events.failed(error));
    }
}

/** What a terminal has sent by now, which is nothing for a Ctrl+D before we had it; null when it fails. */
function readNow(stream: Gio.InputStream): Uint8Array | null {
    try {
        return stream.read_bytes(MOST_BYTES, null).toArray();
    } catch (error) {
        if (error instanceof GLib.Error) return null;
        throw error;
    }
}

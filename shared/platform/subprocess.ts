// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {CancelledError, DeadlineError, SubprocessError} from './errors.js';
import {delay, onCancelled} from './clock.js';

/** How long a program that was killed may take to be gone, in milliseconds. */
const KILL_MS = 1_000;
/** As much as a pipe holds, in bytes. */
const PIECE = 65_536;
/** As much as is kept of what a program prints, in bytes: some ten times what a busy computer's processes have open. */
const MOST = 32 * 1024 * 1024;

export interface RunOptions {
    /** After this the program is killed. */
    readonly timeoutMs: number;
    readonly cancellable?: Gio.Cancellable | null;
    /** Added to the environment. */
    readonly environment?: Readonly<Record<string, string>>;
    /** How much it may print, on either side; one that prints more is killed, and has failed. */
    readonly mostBytes?: number;
    readonly stdin?: string;
    /** Ends when the program is gone and not before, also where it cannot be killed: for who must know that it is. */
    readonly untilGone?: boolean;
}

/**
 * Runs a program to its end without a shell.
 *
 * @param argv program and arguments; nothing in them is interpreted
 * @returns what it printed on standard output; bytes that are no UTF-8 become U+FFFD
 * @throws SubprocessError when it cannot be started or fails
 * @throws DeadlineError when it was killed because its time was up, even if it does not die
 * @throws CancelledError when it was killed because nobody waits any more
 */
export async function run(argv: readonly [string, ...string[]], options: RunOptions): Promise<string> {
    const {timeoutMs, cancellable = null, environment = {}, mostBytes = MOST, stdin = null} = options;
    const launcher = new Gio.SubprocessLauncher({
        flags:
            Gio.SubprocessFlags.STDOUT_PIPE |
            Gio.SubprocessFlags.STDERR_PIPE |
            (stdin === null ? Gio.SubprocessFlags.NONE : Gio.SubprocessFlags.STDIN_PIPE),
    });
    for (const [name, value] of Object.entries(environment)) launcher.setenv(name, value, true);

    let child: Gio.Subprocess;
    try {
        child = launcher.spawnv([...argv]);
    } catch (error) {
        throw new SubprocessError(argv[0], null, '', {cause: error});
    }

    let late = false;
    let cancelled = false;
    let tooMuch = false;
    const timer = new Gio.Cancellable();
    const enough = new Gio.Cancellable();
    const release =
        cancellable &&
        onCancelled(cancellable, () => {
            cancelled = true;
            child.force_exit();
            enough.cancel();
        });
    void delay(timeoutMs, timer)
        .then(() => {
            late = true;
            child.force_exit();
            // One that waits for the kernel cannot be killed, and what it has started may keep its pipes.
            return delay(KILL_MS, timer);
        })
        .then(
            () => {
                if (!options.untilGone) enough.cancel();
            },
            () => undefined,
        );
    const read = async (pipe: Gio.InputStream): Promise<string> => {
        const bytes = await readUntil(pipe, enough, mostBytes);
        if (bytes.length > mostBytes) {
            tooMuch = true;
            child.force_exit();
            enough.cancel();
        }
        return new TextDecoder().decode(bytes);
    };
    try {
        if (stdin !== null) feed(child.get_stdin_pipe()!, stdin);
        const [stdout, stderr] = await Promise.all([
            read(child.get_stdout_pipe()!),
            read(child.get_stderr_pipe()!),
        ]);
        const ended = await hasEnded(child, enough);
        if (cancelled) throw new CancelledError();
        if (late) throw new DeadlineError(argv[0], timeoutMs);
        const status = ended && !tooMuch && child.get_if_exited() ? child.get_exit_status() : null;
        if (status !== 0) throw new SubprocessError(argv[0], status, stderr);
        return stdout;
    } finally {
        timer.cancel();
        release?.();
    }
}

/** What a program left behind that was let run, however it ended. */
export interface Captured {
    readonly stdout: Uint8Array;
    /** False when its time was up, or when it printed too much: then the rest is missing. */
    readonly complete: boolean;
}

/**
 * Runs a program whose exit status does not matter, in the C locale, and keeps what it printed as bytes.
 *
 * @param argv program and arguments; nothing in them is interpreted
 * @param timeoutMs after this it is killed, and what it has printed so far counts, even if it does not die
 * @param limit how much of it is kept, in bytes; one that prints more is killed, too
 * @param cancellable kills it, like the end of its time
 * @throws SubprocessError when it cannot be started
 */
export async function capture(
    argv: readonly [string, ...string[]],
    timeoutMs: number,
    limit = MOST,
    cancellable: Gio.Cancellable | null = null,
): Promise<Captured> {
    const launcher = new Gio.SubprocessLauncher({
        // Descriptors are closed on exec anyway; asked to close them itself, GLib copies this process with fork().
        flags:
            Gio.SubprocessFlags.STDOUT_PIPE |
            Gio.SubprocessFlags.STDERR_SILENCE |
            Gio.SubprocessFlags.INHERIT_FDS,
    });
    launcher.setenv('LC_ALL', 'C', true);
    let child: Gio.Subprocess;
    try {
        child = launcher.spawnv([...argv]);
    } catch (error) {
        throw new SubprocessError(argv[0], null, '', {cause: error});
    }
    let complete = true;
    const timer = new Gio.Cancellable();
    const enough = new Gio.Cancellable();
    const release =
        cancellable &&
        onCancelled(cancellable, () => {
            complete = false;
            child.force_exit();
            enough.cancel();
        });
    void delay(timeoutMs, timer)
        .then(() => {
            complete = false;
            child.force_exit();
            // One that waits for the kernel cannot be killed, and keeps its end of the pipe.
            return delay(KILL_MS, timer);
        })
        .then(
            () => enough.cancel(),
            () => undefined,
        );
    try {
        const pipe = child.get_stdout_pipe()!;
        const stdout = await readUntil(pipe, enough, limit);
        if (stdout.length <= limit) return {stdout, complete};
        child.force_exit();
        // Its children end when nobody reads what they print.
        pipe.close_async(GLib.PRIORITY_DEFAULT, null, null);
        return {stdout: stdout.subarray(0, limit), complete: false};
    } finally {
        timer.cancel();
        release?.();
    }
}

/** Everything that a stream gives until it ends, until it is enough, or until it is more than a limit in bytes. */
async function readUntil(
    stream: Gio.InputStream,
    enough: Gio.Cancellable,
    limit: number,
): Promise<Uint8Array> {
    const whole = Gio.MemoryOutputStream.new_resizable();
    while (whole.get_data_size() <= limit) {
        const bytes = await readSome(stream, enough);
        if (bytes === null || bytes.get_size() === 0) break;
        whole.write_bytes(bytes, null);
    }
    whole.close(null);
    return whole.steal_as_bytes().toArray();
}

/** @returns null when it was enough */
function readSome(stream: Gio.InputStream, enough: Gio.Cancellable): Promise<GLib.Bytes | null> {
    return new Promise((resolve, reject) => {
        stream.read_bytes_async(PIECE, GLib.PRIORITY_DEFAULT, enough, (_stream, result) => {
            try {
                resolve(stream.read_bytes_finish(result));
            } catch (error) {
                if (enough.is_cancelled()) resolve(null);
                else reject(error);
            }
        });
    });
}

/** Gives a program what it reads, and the end of it. One that does not read it says by its status what came of that. */
function feed(pipe: Gio.OutputStream, text: string): void {
    const source = Gio.MemoryInputStream.new_from_bytes(new GLib.Bytes(new TextEncoder().encode(text)));
    const {CLOSE_SOURCE, CLOSE_TARGET} = Gio.OutputStreamSpliceFlags;
    pipe.splice_async(source, CLOSE_SOURCE | CLOSE_TARGET, GLib.PRIORITY_DEFAULT, null, (_pipe, result) => {
        try {
            pipe.splice_finish(result);
        } catch (error) {
            if (!(error instanceof GLib.Error)) console.error(error);
        }
    });
}

/** @returns false when it was enough before */
function hasEnded(child: Gio.Subprocess, enough: Gio.Cancellable): Promise<boolean> {
    return new Promise((resolve, reject) => {
        child.wait_async(enough, (_child, result) => {
            try {
                child.wait_finish(result);
                resolve(true);
            } catch (error) {
                if (enough.is_cancelled()) resolve(false);
                else reject(error);
            }
        });
    });
}

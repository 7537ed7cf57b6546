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
    readonly stdin?: string;
}

/**
 * Runs a program to its end without a shell.
 *
 * @param argv program and arguments; nothing in them is interpreted
 * @returns what it printed on standard output
 * @throws SubprocessError when it cannot be started or fails
 * @throws DeadlineError when it was killed because its time was up
 * @throws CancelledError when it was killed because nobody waits any more
 */
export async function run(argv: readonly [string, ...string[]], options: RunOptions): Promise<string> {
    const {timeoutMs, cancellable = null, environment = {}, stdin = null} = options;
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
    const timer = new Gio.Cancellable();
    void delay(timeoutMs, timer).then(
        () => {
            late = true;
            child.force_exit();
        },
        () => undefined,
    );
    try {
        const [stdout, stderr] = await communicate(child, stdin, cancellable);
        if (late) throw new DeadlineError(argv[0], timeoutMs);
        const status = child.get_if_exited() ? child.get_exit_status() : null;
        if (status !== 0) throw new SubprocessError(argv[0], status, stderr);
        return stdout;
    } finally {
        timer.cancel();
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

function communicate(
    child: Gio.Subprocess,
    stdin: string | null,
    cancellable: Gio.Cancellable | null,
): Promise<[stdout: string, stderr: string]> {
    return new Promise((resolve, reject) => {
        child.communicate_utf8_async(stdin, cancellable, (_child, result) => {
            try {
                const [, stdout, stderr] = child.communicate_utf8_finish(result);
                resolve([stdout ?? '', stderr ?? '']);
            } catch (error) {
                child.force_exit();
                const cancelled =
                    error instanceof GLib.Error && error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
                reject(cancelled ? new CancelledError() : error);
            }
        });
    });
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {CancelledError, DeadlineError, SubprocessError} from './errors.js';
import {delay} from './clock.js';

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

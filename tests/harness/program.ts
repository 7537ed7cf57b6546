// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {within} from './deadline.js';
import {temporaryDirectory} from './temporary.js';

/** What a program that has ended leaves behind. */
export interface Outcome {
    /** Exit code, or 128 + signal. */
    code: number;
    out: string;
    err: string;
}

/** How a program is started. */
export interface ProgramOptions {
    /** Variables to add; undefined takes one away. */
    env?: Record<string, string | undefined>;
    cwd?: string;
    /** Milliseconds until it is killed and the call fails; 30 s unless told. */
    timeout?: number;
    /** Standard input; closed when there is none. */
    input?: string;
}

function launcher(flags: Gio.SubprocessFlags, {env = {}, cwd}: ProgramOptions): Gio.SubprocessLauncher {
    const result = new Gio.SubprocessLauncher({flags});
    for (const [name, value] of Object.entries(env)) {
        if (value === undefined) result.unsetenv(name);
        else result.setenv(name, value, true);
    }
    if (cwd !== undefined) result.set_cwd(cwd);
    return result;
}

function exitCode(process: Gio.Subprocess): number {
    return process.get_if_exited() ? process.get_exit_status() : 128 + process.get_term_sig();
}

/** What was printed, even where it is not UTF-8. */
function text(bytes: GLib.Bytes | null): string {
    return new TextDecoder().decode(bytes?.toArray() ?? new Uint8Array());
}

function ended(process: Gio.Subprocess): Promise<void> {
    return new Promise((resolve, reject) => {
        process.wait_async(null, (_source, result) => {
            try {
                process.wait_finish(result);
                resolve();
            } catch (error) {
                reject(error);
            }
        });
    });
}

/**
 * Runs a program to its end.
 * @param argv program and arguments, never read by a shell
 * @throws {DeadlineError} when it takes too long; it is killed then
 */
export async function runProgram(argv: string[], options: ProgramOptions = {}): Promise<Outcome> {
    const process = launcher(
        Gio.SubprocessFlags.STDIN_PIPE | Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE,
        options,
    ).spawnv(argv);
    const finished = new Promise<Outcome>((resolve, reject) => {
        const input = new TextEncoder().encode(options.input ?? '');
        process.communicate_async(new GLib.Bytes(input), null, (_source, result) => {
            try {
                const [, out, err] = process.communicate_finish(result);
                resolve({code: exitCode(process), out: text(out), err: text(err)});
            } catch (error) {
                reject(error);
            }
        });
    });
    try {
        return await within(argv.join(' ').slice(0, 200), finished, options.timeout ?? 30_000);
    } finally {
        process.force_exit();
    }
}

/** A program in the background, with both outputs in one file. */
export class RunningProgram {
    readonly logPath: string;
    readonly #process: Gio.Subprocess;
    readonly #ended: Promise<void>;

    /** @param argv program and arguments, never read by a shell */
    constructor(argv: string[], options: ProgramOptions = {}) {
        const name = GLib.path_get_basename(argv[0] ?? 'program');
        this.logPath = GLib.build_filenamev([temporaryDirectory(name), 'log']);
        const start = launcher(Gio.SubprocessFlags.STDERR_MERGE, options);
        start.set_stdout_file_path(this.logPath);
        this.#process = start.spawnv(argv);
        this.#ended = ended(this.#process);
    }

    /** Process id, or 0 once it has ended. */
    get pid(): number {
        return Number(this.#process.get_identifier() ?? 0);
    }

    get running(): boolean {
        return this.#process.get_identifier() !== null;
    }

    /** Everything that it has printed so far. */
    log(): string {
        const [, bytes] = GLib.file_get_contents(this.logPath);
        return new TextDecoder().decode(bytes);
    }

    /** @param signal number of a signal, such as 15 */
    signal(signal: number): void {
        this.#process.send_signal(signal);
    }

    /**
     * @param ms how long it may take to end by itself
     * @returns its exit code, or 128 + signal
     */
    async wait(ms = 10_000): Promise<number> {
        await within(`end of ${this.logPath}`, this.#ended, ms);
        return exitCode(this.#process);
    }

    /** Asks it to end, and kills it when it has not within `ms`. */
    async stop(ms = 3000): Promise<void> {
        if (!this.running) return;
        this.signal(15);
        try {
            await this.wait(ms);
        } catch {
            this.#process.force_exit(); // asked nicely already
            await this.wait();
        }
    }
}

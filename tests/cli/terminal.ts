// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {waitFor, within} from '../harness/deadline.js';
import {runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';

/** What a terminal shows after it got a text: the sequences that our programs send, and no other. */
export class Picture {
    /** Whether it is the alternate screen, and has a cursor. */
    alternate = false;
    cursor = true;
    wraps = true;
    readonly #main: string[][] = [];
    #cells: string[][] = this.#main;
    #row = 0;
    #column = 0;
    #saved: readonly [number, number] = [0, 0];

    constructor(text: string) {
        const pieces = /\x1b\[([?\d;]*)([A-Za-z])|\x1b(.)|([\r\n])|([^\x1b\r\n]+)/gsu;
        for (const [whole, numbers = '', final, other, move, shown] of text.matchAll(pieces)) {
            if (final !== undefined) this.#obey(numbers, final);
            else if (other !== undefined) throw new Error(`Unknown sequence ${JSON.stringify(whole)}`);
            else if (move === '\r') this.#column = 0;
            else if (move === '\n') this.#row++;
            else this.#print(shown!);
        }
    }

    /** The lines, without space at their ends. */
    get lines(): string[] {
        return Array.from(this.#cells, row =>
            Array.from(row ?? [], cell => cell ?? ' ')
                .join('')
                .trimEnd(),
        );
    }

    #obey(numbers: string, final: string): void {
        const number = Number(numbers.replace('?', '').split(';')[0] || 1);
        const on = final === 'h';
        if (numbers.startsWith('?') && (on || final === 'l')) {
            if (number === 1049) {
                this.alternate = on;
                this.#cells = on ? [] : this.#main;
                if (on) this.#saved = [this.#row, this.#column];
                else [this.#row, this.#column] = this.#saved;
            } else if (number === 25) this.cursor = on;
            else if (number === 7) this.wraps = on;
            else throw new Error(`Unknown mode ${numbers}`);
        } else if (final === 'H') [this.#row, this.#column] = [0, 0];
        else if (final === 'G') this.#column = number - 1;
        else if (final === 'K') this.#line().splice(this.#column);
        else if (final === 'J') {
            this.#line().splice(this.#column);
            this.#cells.splice(this.#row + 1);
        } else if (final !== 'm') throw new Error(`Unknown sequence ${numbers}${final}`);
    }

    #print(text: string): void {
        for (const character of text) {
            if (GLib.unichar_iszerowidth(character)) continue;
            this.#line()[this.#column++] = character;
            if (GLib.unichar_iswide(character)) this.#line()[this.#column++] = '';
        }
    }

    #line(): string[] {
        return (this.#cells[this.#row] ??= []);
    }
}

/** A program on a terminal of its own, in front of a shell that tells how the terminal is when it has ended. */
export class OnTerminal {
    readonly #path = GLib.build_filenamev([temporaryDirectory('terminal'), 'output']);
    readonly #process: Gio.Subprocess;
    readonly #ended: Promise<void>;

    /** @param line for bash */
    constructor(
        line: string,
        {
            columns = 100,
            rows = 24,
            env = {},
        }: {columns?: number; rows?: number; env?: Record<string, string>} = {},
    ) {
        const launcher = new Gio.SubprocessLauncher({flags: Gio.SubprocessFlags.STDIN_PIPE});
        launcher.set_stdout_file_path(this.#path);
        for (const [name, value] of Object.entries({TERM: 'xterm', ...env}))
            launcher.setenv(name, value, true);
        const script = `stty rows ${rows} cols ${columns}; stty -g; ${line}; echo "code $?"; stty -g`;
        this.#process = launcher.spawnv(['script', '-qfec', shell(script), '/dev/null']);
        this.#ended = new Promise((resolve, reject) => {
            this.#process.wait_async(null, (_source, result) => {
                try {
                    this.#process.wait_finish(result);
                    resolve();
                } catch (error) {
                    reject(error);
                }
            });
        });
    }

    /** All that it has sent. */
    get sent(): string {
        return new TextDecoder().decode(GLib.file_get_contents(this.#path)[1]);
    }

    get picture(): Picture {
        return new Picture(this.sent);
    }

    /** Presses keys. */
    press(keys: string): void {
        const input = this.#process.get_stdin_pipe()!;
        input.write_all(new TextEncoder().encode(keys), null);
        input.flush(null);
    }

    /** Gives the terminal another size. */
    async resize(columns: number, rows: number): Promise<void> {
        const pid = await this.pid();
        const terminal = GLib.file_read_link(`/proc/${pid}/fd/1`);
        await runProgram(['stty', `--file=${terminal}`, 'cols', String(columns), 'rows', String(rows)]);
    }

    /** Sends a signal to the program in front. */
    async signal(name: string): Promise<void> {
        await runProgram(['kill', `-${name}`, String(await this.pid())]);
    }

    /** Process id of the program in front. */
    async pid(): Promise<number> {
        return await waitFor('the program', async () => {
            const {out} = await runProgram([
                'pgrep',
                '--newest',
                '--full',
                'handover/cli/main.js|bin/handover (top|stats)',
            ]);
            return Number(out.trim()) || null;
        });
    }

    async waitForPicture(
        what: string,
        test: (picture: Picture) => boolean,
        limit = 30_000,
    ): Promise<Picture> {
        return await waitFor(
            what,
            () => {
                const {picture} = this;
                if (!test(picture)) throw new Error(picture.lines.join('\n'));
                return picture;
            },
            {within: limit},
        );
    }

    /** Waits until the program has ended and the shell has told how the terminal is. */
    async wait(): Promise<{code: number; restored: boolean; picture: Picture}> {
        await within('end', this.#ended, 30_000);
        const {picture} = this;
        const lines = picture.lines.filter(line => line !== '');
        const code = Number(/^code (\d+)$/m.exec(lines.join('\n'))?.[1]);
        const restored = lines[0] === lines.at(-1) && !picture.alternate && picture.cursor && picture.wraps;
        return {code, restored, picture};
    }

    stop(): void {
        this.#process.force_exit();
    }
}

function shell(script: string): string {
    return `exec bash -c ${GLib.shell_quote(script)}`;
}

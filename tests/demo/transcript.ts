// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import type {HeadlessShell} from '../harness/headlessShell.js';

/** Where the demo leaves what it made. */
const FOLDER = '/src/build/demo';

/** Tells what happens, on the terminal and in a file, with a picture of each step. */
export class Transcript {
    readonly #begun = GLib.get_monotonic_time();
    readonly #lines: string[] = [];
    #pictures = 0;

    constructor() {
        GLib.mkdir_with_parents(FOLDER, 0o777);
        const files = Gio.File.new_for_path(FOLDER).enumerate_children('standard::name', 0, null);
        for (let info = files.next_file(null); info !== null; info = files.next_file(null))
            if (/^(\d\d-.*\.png|transcript\.txt)$/.test(info.get_name())) files.get_child(info).delete(null);
    }

    /** @param text one line about what has just been seen to be true */
    say(text: string): void {
        const seconds = (GLib.get_monotonic_time() - this.#begun) / 1_000_000;
        const line = `${seconds.toFixed(1).padStart(6)} s  ${text}`;
        print(line);
        this.#lines.push(line);
        GLib.file_set_contents(`${FOLDER}/transcript.txt`, `${this.#lines.join('\n')}\n`);
    }

    /** @param name what the picture of the whole screen shows, for its file name */
    async picture(shell: HeadlessShell, name: string): Promise<void> {
        this.#pictures += 1;
        const file = `${String(this.#pictures).padStart(2, '0')}-${name}.png`;
        await shell.screenshot(`${FOLDER}/${file}`);
        this.say(`        picture: ${file}`);
    }
}

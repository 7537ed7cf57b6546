// SPDX-License-Identifier: GPL-3.0-or-later
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';

const WIDTH = 118;

/** What was done and seen, for the person who waits and for the file that is kept. */
export class Transcript {
    #lines = [];
    passed = 0;
    failed = 0;

    line(text = '') {
        for (const line of text.split('\n')) {
            this.#lines.push(line.length > WIDTH ? `${line.slice(0, WIDTH - 1)}…` : line);
            process.stdout.write(`${this.#lines.at(-1)}\n`);
        }
    }

    section(title) {
        this.line();
        this.line(title);
    }

    /** @param {string[]} seen what the check looked at, and @param {string} [problem] why it failed */
    check(name, ms, seen, problem) {
        if (problem === undefined) this.passed++;
        else this.failed++;
        this.line(`  ${problem === undefined ? '✓' : '✗'} ${name} (${(ms / 1000).toFixed(1)} s)`);
        for (const text of seen) this.line(text.trimEnd().replace(/^/gm, '      '));
        if (problem !== undefined) this.line(problem.trimEnd().replace(/^/gm, '    ! '));
    }

    get text() {
        return `${this.#lines.join('\n').trim()}\n`;
    }

    async save(path) {
        await mkdir(dirname(path), {recursive: true});
        await writeFile(path, this.text);
    }
}

// SPDX-License-Identifier: GPL-3.0-or-later
import {mkdir, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';

const WIDTH = 118;

/** A line in pieces that fit, each as far in as the first. */
function wrapped(line) {
    const margin = /^[ !]*/.exec(line)[0];
    const room = WIDTH - margin.length;
    const pieces = line.slice(margin.length).match(new RegExp(`.{1,${room}}(?:\\s|$)|.{1,${room}}`, 'g')) ?? [
        '',
    ];
    return pieces.map(piece => `${margin}${piece}`.trimEnd());
}

/** What was done and seen, for the person who waits and for the file that is kept. */
export class Transcript {
    #lines = [];
    passed = 0;
    failed = 0;

    line(text = '') {
        for (const line of text.split('\n')) {
            for (const part of wrapped(line)) {
                this.#lines.push(part);
                process.stdout.write(`${part}\n`);
            }
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

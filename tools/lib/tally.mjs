// SPDX-License-Identifier: GPL-3.0-or-later

const colours = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const paint = (code, text) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);

/** How many problems of a failure the closing summary repeats. */
const summaryLines = 12;

/** Counts results, prints each as it comes, and says all failures again at the end. */
export class Tally {
    passed = 0;
    failed = 0;
    skipped = 0;
    /** @type {{name: string, problems: string[]}[]} */
    #failures = [];
    #skips = new Set();

    /** @param {string} title what the following results belong to */
    section(title) {
        process.stdout.write(`\n${paint(1, title)}\n`);
    }

    /** @param {string} name @param {number} [ms] how long it took */
    pass(name, ms) {
        this.passed += 1;
        const time = ms === undefined ? '' : ` (${Math.round(ms)} ms)`;
        process.stdout.write(`  ${paint(32, '✓')} ${name}${time}\n`);
    }

    /** @param {string} name @param {string[]} problems what went wrong */
    fail(name, problems) {
        this.failed += 1;
        this.#failures.push({name, problems});
        process.stdout.write(`  ${paint(31, '✗')} ${name}\n${indent(problems, 6)}`);
    }

    /** @param {number} count how many tests @param {string} reason why they cannot run */
    skip(count, reason) {
        this.skipped += count;
        this.#skips.add(reason);
        process.stdout.write(`  ${paint(33, '-')} ${count} skipped: ${reason}\n`);
    }

    /**
     * Prints the failures, and the closing line as the last one.
     * @returns {number} the exit code
     */
    close() {
        if (this.#failures.length > 0) process.stdout.write(`\n${paint(1, 'Failures')}\n`);
        for (const {name, problems} of this.#failures)
            process.stdout.write(`\n  ${name}\n${indent(problems.slice(0, summaryLines), 6)}`);
        for (const reason of this.#skips) process.stdout.write(`\nSkipped: ${reason}\n`);
        const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
        process.stdout.write(`\n${this.passed} passed, ${this.failed} failed${skipped}\n`);
        return this.failed > 0 || this.passed === 0 ? 1 : 0;
    }
}

/** Keeps results until their turn comes, so that files that run at the same time are told one after the other. */
export class HeldTally {
    /** @type {((tally: Tally) => void)[]} */
    #results = [];

    /** @param {string} name @param {number} [ms] how long it took */
    pass(name, ms) {
        this.#results.push(tally => tally.pass(name, ms));
    }

    /** @param {string} name @param {string[]} problems what went wrong */
    fail(name, problems) {
        this.#results.push(tally => tally.fail(name, problems));
    }

    /** @param {Tally} tally gets every result in the order that they came in */
    tell(tally) {
        for (const result of this.#results.splice(0)) result(tally);
    }
}

/** Lines set in by so many spaces. */
function indent(problems, by) {
    const lines = problems.flatMap(problem => problem.trimEnd().split('\n'));
    return lines.map(line => `${' '.repeat(by)}${line}\n`).join('');
}

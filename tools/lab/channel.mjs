// SPDX-License-Identifier: GPL-3.0-or-later
import {connect} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';

/** The machine did not answer in time. */
export class NoAnswer extends Error {}

/** @returns {Promise<import('node:net').Socket>} as soon as somebody listens there */
export async function connectTo(path, deadlineMs) {
    const until = Date.now() + deadlineMs;
    for (;;) {
        const socket = connect(path);
        const failed = await new Promise(resolve => {
            socket.once('connect', () => resolve(null));
            socket.once('error', resolve);
        });
        if (failed === null) return socket;
        if (Date.now() > until) throw new NoAnswer(`nobody listens at ${path}: ${failed.message}`);
        await delay(50);
    }
}

/** Talks to the agent inside the machine; see outer/agent for the words. */
export class Channel {
    #socket;
    #buffer = Buffer.alloc(0);
    #wake = () => {};
    #last = 0;
    #queue = Promise.resolve();

    constructor(socket) {
        this.#socket = socket;
        socket.on('data', data => {
            this.#buffer = Buffer.concat([this.#buffer, data]);
            this.#wake();
        });
        socket.on('error', () => this.#wake());
        socket.on('close', () => this.#wake());
    }

    /**
     * Runs a script as root of the machine.
     * @param {string} script for sh
     * @param {number} seconds after which it is ended, with code 124
     * @returns {Promise<{code: number, out: string}>}
     * @throws {NoAnswer}
     */
    run(script, seconds = 60) {
        return this.#ask('run', Buffer.from(script), String(seconds), (seconds + 15) * 1000);
    }

    /** Keeps a file inside the machine. */
    async put(path, bytes, seconds = 60) {
        const {code} = await this.#ask('put', bytes, path, seconds * 1000);
        if (code !== 0) throw new Error(`${path} could not be written inside the machine`);
    }

    /** One request after the other. */
    #ask(what, bytes, detail, deadlineMs) {
        const answer = this.#queue.then(() => this.#exchange(what, bytes, detail, deadlineMs));
        this.#queue = answer.catch(() => {});
        return answer;
    }

    async #exchange(what, bytes, detail, deadlineMs) {
        // Random: what an earlier run of the same machine left on its way must not pass for this answer.
        const id = `${Math.random().toString(36).slice(2)}-${++this.#last}`;
        this.#socket.write(`${what} ${id} ${bytes.length} ${detail}\n`);
        this.#socket.write(bytes);
        const until = Date.now() + deadlineMs;
        for (;;) {
            const found = this.#buffer.indexOf(`${id} `);
            const end = found < 0 ? -1 : this.#buffer.indexOf('\n', found);
            if (end >= 0) {
                const [, code, size] = this.#buffer.subarray(found, end).toString().split(' ').map(Number);
                const whole = end + 1 + size;
                if (this.#buffer.length >= whole) {
                    const out = this.#buffer.subarray(end + 1, whole).toString('utf8');
                    this.#buffer = this.#buffer.subarray(whole);
                    return {code, out};
                }
            }
            const left = until - Date.now();
            if (left <= 0 || this.#socket.destroyed) throw new NoAnswer('the machine does not answer');
            await new Promise(resolve => {
                const timer = setTimeout(resolve, left);
                this.#wake = () => {
                    clearTimeout(timer);
                    resolve();
                };
            });
        }
    }
}

/** QEMU's own monitor, in its JSON form. */
export class Monitor {
    #socket;
    #lines = [];
    #rest = '';
    #wake = () => {};

    constructor(socket) {
        this.#socket = socket;
        socket.setEncoding('utf8');
        socket.on('data', text => {
            const parts = (this.#rest + text).split('\n');
            this.#rest = parts.pop();
            this.#lines.push(...parts.filter(line => line.trim() !== ''));
            this.#wake();
        });
        socket.on('error', () => this.#wake());
        socket.on('close', () => this.#wake());
    }

    async start() {
        await this.execute('qmp_capabilities', {}, 10_000);
    }

    /** @returns {Promise<string>} what the human monitor prints */
    human(command, deadlineMs = 120_000) {
        return this.execute('human-monitor-command', {'command-line': command}, deadlineMs);
    }

    async execute(name, args = {}, deadlineMs = 30_000) {
        this.#socket.write(`${JSON.stringify({execute: name, arguments: args})}\n`);
        const until = Date.now() + deadlineMs;
        for (;;) {
            while (this.#lines.length > 0) {
                const message = JSON.parse(this.#lines.shift());
                if ('return' in message) return message.return;
                if ('error' in message) throw new Error(`QEMU: ${message.error.desc}`);
            }
            const left = until - Date.now();
            if (left <= 0 || this.#socket.destroyed) throw new NoAnswer(`QEMU does not answer to ${name}`);
            await new Promise(resolve => {
                const timer = setTimeout(resolve, left);
                this.#wake = () => {
                    clearTimeout(timer);
                    resolve();
                };
            });
        }
    }
}

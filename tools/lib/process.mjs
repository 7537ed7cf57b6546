// SPDX-License-Identifier: GPL-3.0-or-later
import {spawn} from 'node:child_process';
import {createWriteStream} from 'node:fs';
import {constants} from 'node:os';
import {createInterface} from 'node:readline';

/** This process was asked to end, and everything that it started has ended. */
export class Interrupted extends Error {
    /** @param {number} code the exit code that tells of the signal */
    constructor(code) {
        super('interrupted');
        this.code = code;
    }
}

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end; a signal to this process ends the program too.
 * @param {string[]} argv program and arguments, never read by a shell
 * @param {{env?: Record<string, string>, cwd?: string, stdio?: any,
 *   onLine?: (line: string) => void, log?: string, killSignal?: NodeJS.Signals,
 *   timeoutMs?: number}} options
 *   `onLine` gets each line of both outputs instead of the terminal, `log` is a file that
 *   keeps them; `killSignal` is what the program gets when this process is asked to end.
 * @returns {Promise<number>} its exit code, 128 + the signal that ended it, 124 when it took too long
 * @throws {Interrupted} when this process was asked to end
 */
export function run(argv, options = {}) {
    const {env, cwd, onLine, log, timeoutMs, killSignal = 'SIGTERM'} = options;
    const piped = onLine !== undefined || log !== undefined;
    const [program, ...args] = argv;
    const child = spawn(program, args, {
        env,
        cwd,
        stdio: options.stdio ?? (piped ? ['ignore', 'pipe', 'pipe'] : 'inherit'),
    });
    const logFile = log === undefined ? undefined : createWriteStream(log);
    if (piped) {
        for (const stream of [child.stdout, child.stderr]) {
            if (stream === null) continue;
            createInterface({input: stream}).on('line', line => {
                logFile?.write(`${line}\n`);
                onLine?.(line);
            });
        }
    }
    let interrupted;
    let late = false;
    const end = signal => {
        interrupted = new Interrupted(128 + constants.signals[signal]);
        child.kill(killSignal);
    };
    for (const signal of PASSED_ON) process.on(signal, end);
    const timer =
        timeoutMs === undefined
            ? undefined
            : setTimeout(() => {
                  late = true;
                  child.kill(killSignal);
              }, timeoutMs);
    return new Promise((resolve, reject) => {
        const done = () => {
            clearTimeout(timer);
            for (const signal of PASSED_ON) process.off(signal, end);
            logFile?.end();
        };
        child.on('error', error => {
            done();
            reject(error);
        });
        child.on('close', (code, signal) => {
            done();
            if (interrupted !== undefined) reject(interrupted);
            else resolve(late ? 124 : (code ?? 128 + constants.signals[signal]));
        });
    });
}

/**
 * @param {string[]} argv program and arguments
 * @param {{cwd?: string}} options
 * @returns {Promise<{code: number, out: string}>} exit code and standard output; code 127 when
 *   the program is not there
 */
export function capture(argv, options = {}) {
    const [program, ...args] = argv;
    return new Promise(resolve => {
        const child = spawn(program, args, {...options, stdio: ['ignore', 'pipe', 'ignore']});
        const chunks = [];
        child.stdout.on('data', chunk => chunks.push(chunk));
        child.on('error', () => resolve({code: 127, out: ''}));
        child.on('close', code => {
            resolve({code: code ?? 1, out: Buffer.concat(chunks).toString('utf8')});
        });
    });
}

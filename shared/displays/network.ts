// SPDX-License-Identifier: GPL-3.0-or-later
// Looks at ports of guests. Who answers there may be anybody: nothing is believed, and nothing is waited for long.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {onCancelled} from '../platform/clock.js';
import {CancelledError} from '../platform/errors.js';

/** How long a connection may take, in milliseconds; a guest is near. */
const CONNECT_MS = 2_000;

/** How long a whole answer may take, in milliseconds. */
const ANSWER_MS = 4_000;

/** Most bytes of an answer that are read; Sunshine's has about 1 KiB. */
const LONGEST_ANSWER = 64 * 1024;

const STATE_END = '</state>';

/** Whether something accepts connections there. @throws CancelledError */
export async function isPortOpen(host: string, port: number, cancellable: Gio.Cancellable): Promise<boolean> {
    return await within(CONNECT_MS, cancellable, false, async limit => {
        const connection = await connect(host, port, limit);
        connection.close_async(GLib.PRIORITY_DEFAULT, null, null);
        return true;
    });
}

/** What Sunshine says it is doing. */
export type SunshineState = 'free' | 'busy';

/**
 * Asks a Sunshine what it is doing: `GET /serverinfo`, the one thing it tells everybody.
 *
 * This is a request of a few lines, so that neither the Shell nor the command line loads a whole HTTP library; it
 * follows no redirection, sends nothing of ours, and reads a limited answer for a limited time.
 *
 * @returns null when no Sunshine answers
 * @throws CancelledError
 */
export async function sunshineState(
    host: string,
    port: number,
    cancellable: Gio.Cancellable,
): Promise<SunshineState | null> {
    return await within(ANSWER_MS, cancellable, null, async limit => {
        const connection = await connect(host, port, limit);
        try {
            const name = host.includes(':') ? `[${host}]` : host;
            const request = `GET /serverinfo HTTP/1.0\r\nHost: ${name}:${port}\r\nConnection: close\r\n\r\n`;
            await write(connection.get_output_stream(), request, limit);
            return await readAnswer(connection.get_input_stream(), limit);
        } finally {
            connection.close_async(GLib.PRIORITY_DEFAULT, null, null);
        }
    });
}

/**
 * Finds the state in an answer. No XML is parsed: one element with one of two words is looked for, in a success.
 *
 * @returns null when it is not Sunshine's
 */
export function readSunshineState(answer: string): SunshineState | null {
    const end = answer.indexOf('\r\n\r\n');
    if (end < 0 || !/^HTTP\/1\.[01] 200[ \r]/.test(answer)) return null;
    const state = /<state>\s*SUNSHINE_SERVER_(FREE|BUSY)\s*<\/state>/.exec(answer.slice(end))?.[1];
    return state === undefined ? null : state === 'BUSY' ? 'busy' : 'free';
}

/** Does it until the time is up; whatever is wrong with the other side is `otherwise`. */
async function within<T>(
    milliseconds: number,
    cancellable: Gio.Cancellable,
    otherwise: T,
    work: (limit: Gio.Cancellable) => Promise<T>,
): Promise<T> {
    const limit = new Gio.Cancellable();
    const release = onCancelled(cancellable, () => limit.cancel());
    let timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, milliseconds, () => {
        timer = 0;
        limit.cancel();
        return GLib.SOURCE_REMOVE;
    });
    try {
        return await work(limit);
    } catch (error) {
        if (cancellable.is_cancelled()) throw new CancelledError();
        if (error instanceof GLib.Error) return otherwise;
        throw error;
    } finally {
        release();
        if (timer !== 0) GLib.Source.remove(timer);
    }
}

function connect(host: string, port: number, cancellable: Gio.Cancellable): Promise<Gio.SocketConnection> {
    // A guest is not reached through a proxy, and a proxy would take any connection.
    const client = new Gio.SocketClient({enable_proxy: false});
    return new Promise((resolve, reject) => {
        client.connect_async(Gio.NetworkAddress.new(host, port), cancellable, (_client, result) => {
            try {
                resolve(client.connect_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
}

function write(stream: Gio.OutputStream, text: string, cancellable: Gio.Cancellable): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    return new Promise((resolve, reject) => {
        stream.write_all_async(bytes, GLib.PRIORITY_DEFAULT, cancellable, (_stream, result) => {
            try {
                stream.write_all_finish(result);
                resolve();
            } catch (error) {
                reject(error);
            }
        });
    });
}

/** Reads until the state is known, the end, or as much as is read at most. */
async function readAnswer(
    stream: Gio.InputStream,
    cancellable: Gio.Cancellable,
): Promise<SunshineState | null> {
    // What is looked for is ASCII, so it does not matter where another letter is cut in two.
    const decoder = new TextDecoder();
    let text = '';
    for (let left = LONGEST_ANSWER; left > 0;) {
        const bytes = await readSome(stream, left, cancellable);
        if (bytes.length === 0) return null;
        left -= bytes.length;
        const from = Math.max(0, text.length - STATE_END.length);
        text += decoder.decode(bytes);
        // Whoever keeps the connection open need not be waited for, and a byte at a time is not all read each time.
        if (text.includes(STATE_END, from)) return readSunshineState(text);
    }
    return null;
}

function readSome(stream: Gio.InputStream, count: number, cancellable: Gio.Cancellable): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
        stream.read_bytes_async(count, GLib.PRIORITY_DEFAULT, cancellable, (_stream, result) => {
            try {
                resolve(stream.read_bytes_finish(result).toArray());
            } catch (error) {
                reject(error);
            }
        });
    });
}

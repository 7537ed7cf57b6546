// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {onCancelled, withDeadline} from '../../platform/clock.js';

/** QEMU listens before libvirt says that the machine runs; the kernel answers at once. In milliseconds. */
const CONNECT_MS = 2_000;
/** As much as is read in one go, in bytes: some thirty lines. */
const PIECE = 4_096;

/**
 * Connects to a UNIX socket.
 *
 * @throws GLib.Error, DeadlineError
 */
export async function connectTo(path: string, cancellable: Gio.Cancellable): Promise<Gio.SocketConnection> {
    const attempt = new Gio.Cancellable();
    const release = onCancelled(cancellable, () => attempt.cancel());
    const client = new Gio.SocketClient();
    const address = Gio.UnixSocketAddress.new(path);
    const connected = new Promise<Gio.SocketConnection>((resolve, reject) => {
        client.connect_async(address, attempt, (_client, result) => {
            try {
                resolve(client.connect_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
    try {
        return await withDeadline(path, CONNECT_MS, connected, () => attempt.cancel());
    } finally {
        release();
    }
}

/**
 * Waits for what comes.
 *
 * @returns null when the other end was closed
 * @throws GLib.Error
 */
export function readPiece(stream: Gio.InputStream, cancellable: Gio.Cancellable): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
        stream.read_bytes_async(PIECE, GLib.PRIORITY_DEFAULT, cancellable, (_stream, result) => {
            try {
                const bytes = stream.read_bytes_finish(result);
                resolve(bytes.get_size() === 0 ? null : bytes.toArray());
            } catch (error) {
                reject(error);
            }
        });
    });
}

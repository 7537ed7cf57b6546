// SPDX-License-Identifier: GPL-3.0-or-later
// Panel, app and terminal remember things in the same files, and may do so in the same moment.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {delay, monotonicMs} from './clock.js';
import {readState, StateFileError, writeState} from './stateFile.js';

/** A change takes some milliseconds; who has to wait this long waits for somebody who hangs, or who means harm. */
const DEADLINE_MS = 5_000;
const AGAIN_MS = 10;

/**
 * Changes a file while no other program of this computer's does: what another has just written is not lost.
 *
 * Any user of the computer can have a turn and keep it. After five seconds it is changed without one: then a change that
 * another program makes in the same moment may be lost, and nothing else.
 *
 * @param change what is to stand in it, from what does (null: there is no such file); null leaves it as it is
 * @throws StateFileError, DeadlineError
 */
export async function changeState(
    path: string,
    change: (before: string | null) => string | null,
): Promise<void> {
    const turn = await takeTurn(path);
    try {
        const after = change(await readState(path));
        if (after !== null) await writeState(path, after);
    } finally {
        turn?.close();
    }
}

/**
 * A name in the abstract namespace of Unix sockets is had by one socket at a time, and the kernel gives it back when
 * its process ends, however it does (unix(7)). A lock file would outlive a process that was killed.
 *
 * @returns what holds the turn until it is closed; null when another keeps it beyond the deadline
 */
async function takeTurn(path: string): Promise<Gio.Socket | null> {
    const name = `handover-state-${GLib.compute_checksum_for_string(GLib.ChecksumType.SHA256, path, -1)}`;
    const address = new Gio.UnixSocketAddress({path: name, address_type: Gio.UnixSocketAddressType.ABSTRACT});
    const began = monotonicMs();
    for (;;) {
        const socket = bound(path, address);
        if (socket !== null || monotonicMs() - began > DEADLINE_MS) return socket;
        await delay(AGAIN_MS);
    }
}

/** @returns null while another has the name */
function bound(path: string, address: Gio.SocketAddress): Gio.Socket | null {
    let socket: Gio.Socket | null = null;
    try {
        const {UNIX} = Gio.SocketFamily;
        socket = Gio.Socket.new(UNIX, Gio.SocketType.STREAM, Gio.SocketProtocol.DEFAULT);
        socket.bind(address, false);
        return socket;
    } catch (error) {
        socket?.close();
        if (!(error instanceof GLib.Error)) throw error;
        if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.ADDRESS_IN_USE)) return null;
        throw new StateFileError(`${path} cannot be kept for oneself`, {cause: error});
    }
}

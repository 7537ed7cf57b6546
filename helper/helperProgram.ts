// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {HELPER_BUS_NAME} from '../shared/names.js';
import {HelperService, type HelperParts} from './helperService.js';
import {IdleTimer} from './idleTimer.js';
import {ownName, releaseName} from './busName.js';

/**
 * Serves until nobody has asked anything for a while.
 *
 * @param idleMs how long that is
 * @param asked resolves when the program is asked to end; a handover that is under way ends first
 * @throws HandoverError when the name belongs to somebody else
 */
export async function serve(parts: HelperParts, idleMs: number, asked: Promise<void>): Promise<void> {
    const {bus} = parts;
    const idle = new IdleTimer(idleMs);
    const service = new HelperService(parts, () => idle.hold());
    const closed = new Promise<void>(resolve => bus.connection.connect('closed', () => resolve()));
    try {
        await ownName(bus, HELPER_BUS_NAME);
        // A helper that was killed left a card halfway; its record says how it was.
        await service.handovers.mend();
        const end = Promise.race([asked, closed]);
        let ended = false;
        void end.then(() => (ended = true));
        for (;;) {
            await Promise.race([idle.expired(), end]);
            await service.handovers.settled();
            if (bus.connection.is_closed()) return;
            // What was sent to us before the name is free has arrived when the bus answers; the rest starts another.
            const {calls} = idle;
            await releaseName(bus, HELPER_BUS_NAME);
            if (ended || (idle.calls === calls && !idle.held)) break;
            await ownName(bus, HELPER_BUS_NAME);
        }
        await service.handovers.settled();
        await flush(bus.connection);
    } finally {
        idle.stop();
        service.close();
    }
}

function flush(connection: Gio.DBusConnection): Promise<void> {
    return new Promise(resolve => {
        if (connection.is_closed()) {
            resolve();
            return;
        }
        connection.flush(null, (_connection, result) => {
            try {
                connection.flush_finish(result);
            } catch (error) {
                // The bus has gone, and whoever waited for us with it.
                if (!(error instanceof GLib.Error)) throw error;
            }
            resolve();
        });
    });
}

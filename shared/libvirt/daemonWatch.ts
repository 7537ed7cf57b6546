// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Bus} from '../platform/bus.js';
import {CancelledError} from '../platform/errors.js';
import type {InterfaceTable} from '../platform/signature.js';
import type {Driver} from './drivers.js';

const SYSTEMD = 'org.freedesktop.systemd1';
const SYSTEMD_PATH = '/org/freedesktop/systemd1';
const UNIT_PATH = `${SYSTEMD_PATH}/unit/`;

const SystemdManager = {
    name: 'org.freedesktop.systemd1.Manager',
    methods: {Subscribe: ['', '']},
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

/**
 * Tells when the daemon behind a driver has ended or was started again.
 *
 * libvirt-dbus keeps quiet about it: it has no close callback, so its signals just stop until the next call
 * reopens the connection. What can be seen from outside:
 * a daemon that starts makes its socket anew, which inotify tells; one of a user's own session holds its clients'
 * sockets, which close when it dies; one of the system is a unit, whose changes systemd tells.
 */
export class DaemonWatch {
    readonly #cancellable = new Gio.Cancellable();
    readonly #directory: string;
    readonly #lifelines = new Map<string, Gio.SocketConnection>();
    readonly #undo: (() => void)[] = [];
    #monitoring = false;

    /** @param changed called when the daemon ended or was started */
    constructor(
        readonly driver: Driver,
        bus: Bus,
        private readonly changed: () => void,
    ) {
        this.#directory =
            driver.bus === 'system'
                ? '/run/libvirt'
                : GLib.build_filenamev([GLib.get_user_runtime_dir(), 'libvirt']);
        if (driver.sockets.length === 0) return;
        this.#watchDirectory();
        if (driver.bus === 'system') this.#watchUnits(bus);
    }

    /** To be called after each successful call: then there is a daemon to hold on to. */
    refresh(): void {
        if (this.driver.sockets.length === 0) return;
        this.#watchDirectory();
        if (this.driver.bus === 'session') for (const socket of this.driver.sockets) void this.#hold(socket);
    }

    /** Ends everything at once. */
    close(): void {
        this.#cancellable.cancel();
        for (const undo of this.#undo.splice(0)) undo();
        for (const connection of this.#lifelines.values())
            connection.close_async(GLib.PRIORITY_DEFAULT, null, null);
        this.#lifelines.clear();
    }

    #watchDirectory(): void {
        // A directory that does not exist would be looked for again and again.
        if (this.#monitoring || !GLib.file_test(this.#directory, GLib.FileTest.IS_DIR)) return;
        let monitor: Gio.FileMonitor;
        try {
            monitor = Gio.File.new_for_path(this.#directory).monitor_directory(
                Gio.FileMonitorFlags.NONE,
                null,
            );
        } catch (error) {
            // No inotify watch is left on this machine: then the other signs have to do.
            if (error instanceof GLib.Error) return;
            throw error;
        }
        const id = monitor.connect('changed', (_monitor, file, _other, event) => {
            const name = file.get_basename();
            if (event === Gio.FileMonitorEvent.CREATED && name !== null && this.driver.sockets.includes(name))
                this.changed();
        });
        this.#undo.push(() => {
            monitor.disconnect(id);
            monitor.cancel();
        });
        this.#monitoring = true;
    }

    async #hold(socket: string): Promise<void> {
        if (this.#lifelines.has(socket)) return;
        const path = GLib.build_filenamev([this.#directory, socket]);
        let connection: Gio.SocketConnection;
        try {
            connection = await connectTo(path, this.#cancellable);
        } catch (error) {
            // Only one of the two daemons exists; the other's socket is missing, or a dead one's leftover.
            if (error instanceof GLib.Error) return;
            throw error;
        }
        if (this.#cancellable.is_cancelled() || this.#lifelines.has(socket)) {
            connection.close_async(GLib.PRIORITY_DEFAULT, null, null);
            return;
        }
        this.#lifelines.set(socket, connection);
        const ended = await readToEnd(connection, this.#cancellable);
        if (!ended) return;
        this.#lifelines.delete(socket);
        this.changed();
    }

    #watchUnits(bus: Bus): void {
        for (const unit of this.#units()) {
            const unsubscribe = bus.subscribe(SYSTEMD, `${UNIT_PATH}${unit}`, signal => {
                if (signal.member !== 'PropertiesChanged') return;
                const [interfaceName, changes] = signal.parameters.recursiveUnpack() as [
                    string,
                    Record<string, unknown>,
                ];
                const state = changes['ActiveState'];
                if (
                    interfaceName.endsWith('.Unit') &&
                    (state === 'active' || state === 'inactive' || state === 'failed')
                )
                    this.changed();
            });
            this.#undo.push(unsubscribe);
        }
        // systemd sends no unit signals on the bus until somebody asks for them.
        void bus
            .call({name: SYSTEMD, path: SYSTEMD_PATH}, SystemdManager, 'Subscribe', [], {
                timeoutMs: 5000,
                cancellable: this.#cancellable,
            })
            .catch((error: unknown) => {
                // No systemd on this bus: then the socket's directory has to do.
                if (!(error instanceof GLib.Error) && !(error instanceof CancelledError)) throw error;
            });
    }

    /** The last part of the units' object paths: everything but letters and digits is escaped as `_xx`. */
    #units(): string[] {
        return this.driver.sockets.map(socket =>
            `${socket === 'libvirt-sock' ? 'libvirtd' : socket.replace(/-sock$/, '')}.service`.replace(
                /[^A-Za-z0-9]/g,
                character => `_${character.charCodeAt(0).toString(16)}`,
            ),
        );
    }
}

function connectTo(path: string, cancellable: Gio.Cancellable): Promise<Gio.SocketConnection> {
    return new Promise((resolve, reject) => {
        new Gio.SocketClient().connect_async(
            new Gio.UnixSocketAddress({path}),
            cancellable,
            (client, result) => {
                try {
                    resolve(client!.connect_finish(result));
                } catch (error) {
                    reject(error);
                }
            },
        );
    });
}

/** @returns true when the other side has gone, false when we stopped reading */
function readToEnd(connection: Gio.SocketConnection, cancellable: Gio.Cancellable): Promise<boolean> {
    return new Promise(resolve => {
        // A daemon sends nothing to a client that asks nothing, so one byte is one too many: it means the end.
        connection
            .get_input_stream()
            .read_bytes_async(1, GLib.PRIORITY_DEFAULT, cancellable, (stream, result) => {
                try {
                    stream!.read_bytes_finish(result);
                    resolve(true);
                } catch (error) {
                    resolve(
                        !(
                            error instanceof GLib.Error &&
                            error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED)
                        ),
                    );
                }
            });
    });
}

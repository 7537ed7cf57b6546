// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

/** What a server does with a connection, once it has read the request. */
export type Serving = (send: (text: string) => void, close: () => void, request: string) => void;

/** A TCP server on this computer that answers as a test wants it to. */
export class TcpServer {
    readonly #service = new Gio.SocketService();
    readonly #open = new Set<Gio.SocketConnection>();
    readonly port: number;
    /** What was asked, in order. */
    readonly requests: string[] = [];

    /** @param port which one; any that is free unless told */
    constructor(serve: Serving, port = 0) {
        if (port === 0) this.port = this.#service.add_any_inet_port(null);
        else {
            this.#service.add_inet_port(port, null);
            this.port = port;
        }
        this.#service.connect('incoming', (_service, connection) => {
            this.#open.add(connection);
            this.#read(connection, serve);
            return true;
        });
        this.#service.start();
    }

    /** Takes no more connections and ends those that are open. */
    stop(): void {
        this.#service.stop();
        this.#service.close();
        for (const connection of this.#open) connection.close(null);
        this.#open.clear();
    }

    #read(connection: Gio.SocketConnection, serve: Serving): void {
        const input = connection.get_input_stream();
        input.read_bytes_async(4096, GLib.PRIORITY_DEFAULT, null, (_input, result) => {
            const close = (): void => {
                if (this.#open.delete(connection)) connection.close(null);
            };
            const send = (text: string): void => {
                try {
                    if (this.#open.has(connection))
                        connection.get_output_stream().write_all(new TextEncoder().encode(text), null);
                } catch (error) {
                    // Who asked has gone.
                    if (!(error instanceof GLib.Error)) throw error;
                    close();
                }
            };
            let request = '';
            try {
                request = new TextDecoder().decode(input.read_bytes_finish(result).toArray());
            } catch (error) {
                if (!(error instanceof GLib.Error)) throw error;
            }
            if (request === '') {
                close();
                return;
            }
            this.requests.push(request);
            serve(send, close, request);
        });
    }
}

/** Answers as Sunshine does. */
export function sunshine(state = 'SUNSHINE_SERVER_FREE'): Serving {
    return (send, close) => {
        const body = `<?xml version="1.0" encoding="utf-8"?>\n<root status_code="200"><hostname>games</hostname><currentgame>0</currentgame><state>${state}</state></root>`;
        send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
        close();
    };
}

// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {isPortOpen, readSunshineState, sunshineState} from '../../../shared/displays/network.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {type Serving, sunshine, TcpServer} from '../../fakes/tcpServer.js';

const HERE = '127.0.0.1';
const HEAD = 'HTTP/1.1 200 OK\r\n\r\n';
const GOOD = '<root><state>SUNSHINE_SERVER_FREE</state></root>';

describe('A port', () => {
    it('is open while somebody listens there', async () => {
        const server = new TcpServer(() => undefined);
        const never = new Gio.Cancellable();
        expect(await isPortOpen(HERE, server.port, never)).toBeTrue();
        expect(await isPortOpen('localhost', server.port, never)).toBeTrue();
        server.stop();
        expect(await isPortOpen(HERE, server.port, never)).toBeFalse();
        expect(await isPortOpen('no-such-host.invalid', 1, never)).toBeFalse();
    });
});

describe('Sunshine', () => {
    const servers: TcpServer[] = [];
    const serve = (serving: Serving): TcpServer => {
        const server = new TcpServer(serving);
        servers.push(server);
        return server;
    };
    const ask = (serving: Serving) => sunshineState(HERE, serve(serving).port, new Gio.Cancellable());
    const answer = (text: string) => ask((send, close) => (send(text), close()));

    afterEach(() => servers.splice(0).forEach(server => server.stop()));

    it('tells whether it is free', async () => {
        const server = serve(sunshine());
        expect(await sunshineState(HERE, server.port, new Gio.Cancellable())).toBe('free');
        expect(server.requests).toEqual([
            `GET /serverinfo HTTP/1.0\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`,
        ]);
        expect(await ask(sunshine('SUNSHINE_SERVER_BUSY'))).toBe('busy');
    });

    it('is not whoever answers something else', async () => {
        expect(await answer('')).toBeNull();
        expect(await answer('\0\xff'.repeat(500))).toBeNull();
        expect(await answer('SSH-2.0-OpenSSH_10.0\r\n')).toBeNull();
        expect(await answer(`HTTP/1.1 404 Not Found\r\n\r\n${GOOD}`)).toBeNull();
        expect(await answer(`HTTP/1.1 200 OK\r\nX: ${GOOD}\r\n`)).toBeNull();
        expect(await answer(`${HEAD}<root><state>MINE</state></root>`)).toBeNull();
        expect(await answer(`${HEAD}${GOOD.slice(0, -12)}`)).toBeNull();
        const stopped = serve(sunshine());
        stopped.stop();
        expect(await sunshineState(HERE, stopped.port, new Gio.Cancellable())).toBeNull();
    });

    it('is not followed to where it sends us', async () => {
        const target = serve(sunshine());
        const moved = `HTTP/1.1 302 Found\r\nLocation: http://${HERE}:${target.port}/serverinfo\r\n\r\n${GOOD}`;
        expect(await answer(moved)).toBeNull();
        expect(target.requests).toEqual([]);
    });

    it('has no entities put into its answer', async () => {
        const entity = `${HEAD}<!DOCTYPE r [<!ENTITY a "SUNSHINE_SERVER_FREE">]><root><state>&a;</state></root>`;
        expect(await answer(entity)).toBeNull();
    });

    it('need not close the connection', async () => {
        const begin = Date.now();
        expect(await ask(send => send(`${HEAD}${GOOD}`))).toBe('free');
        expect(Date.now() - begin).toBeLessThan(1000);
    });

    it('is not read for longer than a moment', async () => {
        const begin = Date.now();
        let stopped = false;
        const state = await ask(send => {
            send(HEAD);
            const trickle = (): void => {
                if (stopped) return;
                send('x');
                setTimeout(trickle, 50);
            };
            trickle();
        });
        stopped = true;
        expect(state).toBeNull();
        expect(Math.abs(Date.now() - begin - 4750)).toBeLessThan(1250);
        const silent = Date.now();
        expect(await ask(() => undefined)).toBeNull();
        expect(Math.abs(Date.now() - silent - 4750)).toBeLessThan(1250);
    }, 20_000);

    it('is not read beyond a limit', async () => {
        const begin = Date.now();
        expect(await answer(`${HEAD}${'x'.repeat(64 * 1024)}${GOOD}`)).toBeNull();
        // It need not have been sent to the end.
        expect(Date.now() - begin).toBeLessThan(3000);
    });

    it('is not waited for when nobody wants to know any more', async () => {
        const cancellable = new Gio.Cancellable();
        const server = serve(() => setTimeout(() => cancellable.cancel(), 50));
        const begin = Date.now();
        await expectAsync(sunshineState(HERE, server.port, cancellable)).toBeRejectedWithError(
            CancelledError,
        );
        expect(Date.now() - begin).toBeLessThan(1000);
    });

    it('is read in time that grows with the answer alone', () => {
        const begin = Date.now();
        expect(readSunshineState(`${HEAD}${'<state>'.repeat(9000)}`)).toBeNull();
        expect(readSunshineState(`${HEAD}<state>${' '.repeat(60_000)}SUNSHINE`)).toBeNull();
        expect(Date.now() - begin).toBeLessThan(200);
    });
});

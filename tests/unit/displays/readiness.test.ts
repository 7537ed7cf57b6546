// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {EndedBeforeReadyError, NotReadyError} from '../../../shared/displays/displayErrors.js';
import {isMemoryPresent} from '../../../shared/displays/lookingGlass.js';
import {waitUntilReady} from '../../../shared/displays/readiness.js';
import {LibvirtError, LibvirtUnreachableError} from '../../../shared/libvirt/libvirtErrors.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {DescribedHost, metadata} from '../../fakes/describedHost.js';
import {sunshine, TcpServer} from '../../fakes/tcpServer.js';
import {pause, waitFor} from '../../harness/deadline.js';
import {temporaryDirectory} from '../../harness/temporary.js';

const ready = (attributes: string): string => metadata(`<h:ready ${attributes}/>`);

describe('A machine is ready', () => {
    const control = () => ({cancellable: new Gio.Cancellable()});

    it('at once, where nothing else is said', async () => {
        const {machine} = new DescribedHost('');
        await expectAsync(waitUntilReady(machine, control(), 0)).toBeResolved();
        const unreadable = new DescribedHost('');
        unreadable.xml = () => '<domain';
        await expectAsync(waitUntilReady(unreadable.machine, control(), 0)).toBeResolved();
    });

    it('when its guest agent answers, which is asked when it announces itself', async () => {
        const host = new DescribedHost(ready("kind='agent'"));
        const before = host.followers.size;
        let done = false;
        const waiting = waitUntilReady(host.machine, control(), 5000).then(() => (done = true));
        await waitFor('the first question', () => host.asked === 1);
        await pause(300);
        expect([host.asked, done]).toEqual([1, false]);
        host.announceAgent('/other');
        await pause(100);
        expect(host.asked).toBe(1);
        host.agent = () => Promise.resolve();
        host.announceAgent();
        await waiting;
        expect(host.asked).toBe(2);
        expect(host.followers.size).toBe(before);
    });

    it('also when the agent announces itself while libvirt still says no', async () => {
        const host = new DescribedHost(ready("kind='agent'"));
        host.agent = async () => {
            host.announceAgent();
            host.agent = () => Promise.resolve();
            await pause(50);
            throw new LibvirtError('not connected');
        };
        await waitUntilReady(host.machine, control(), 3000);
        expect(host.asked).toBe(2);
    });

    it('and its agent is not asked as often as a guest likes to announce it', async () => {
        const host = new DescribedHost(ready("kind='agent'"));
        host.agent = () => Promise.reject(new LibvirtError('not connected'));
        const waiting = waitUntilReady(host.machine, control(), 1000).catch((error: unknown) => error);
        const flood = setInterval(() => host.announceAgent(), 2);
        expect(await waiting).toBeInstanceOf(NotReadyError);
        clearInterval(flood);
        expect(host.asked).toBeGreaterThan(1);
        expect(host.asked).toBeLessThan(15);
    });

    it('when something listens on its port', async () => {
        const before = new TcpServer(() => undefined);
        const {port} = before;
        before.stop();
        const {machine} = new DescribedHost(ready(`kind='tcp' host='127.0.0.1' port='${port}'`));
        const begin = Date.now();
        const waiting = waitUntilReady(machine, control(), 10_000);
        await pause(700);
        const server = new TcpServer(() => undefined, port);
        await waiting;
        expect(Date.now() - begin).toBeLessThan(3000);
        server.stop();
    });

    it('when Sunshine answers, at the address that libvirt knows or at its own', async () => {
        const server = new TcpServer(sunshine('SUNSHINE_SERVER_BUSY'));
        await waitUntilReady(
            new DescribedHost(ready(`kind='sunshine' host='localhost' port='${server.port}'`)).machine,
            control(),
            5000,
        );
        // An address that is nobody's: it was asked for, and nothing listens there.
        const host = new DescribedHost(ready(`kind='sunshine' port='${server.port}'`));
        await expectAsync(waitUntilReady(host.machine, control(), 300)).toBeRejectedWithError(NotReadyError);
        server.stop();
    });

    it('when the memory for Looking Glass has its size', async () => {
        const path = GLib.build_filenamev([temporaryDirectory('shm'), 'looking-glass']);
        const there = (sizeBytes: number | null, at = path) =>
            isMemoryPresent({path: at, sizeBytes}, new Gio.Cancellable());
        expect(await there(4)).toBeFalse();
        GLib.file_set_contents(path, '');
        expect(await there(4)).toBeFalse();
        GLib.file_set_contents(path, 'abcd');
        expect(await there(4)).toBeTrue();
        expect(await there(8)).toBeFalse();
        // A file where a device should be.
        expect(await there(null)).toBeFalse();
        expect(await there(null, '/dev/null')).toBeTrue();
    });

    it('or not within its time', async () => {
        const host = new DescribedHost(ready("kind='agent'"));
        const before = host.followers.size;
        const begin = Date.now();
        await expectAsync(waitUntilReady(host.machine, control(), 200)).toBeRejectedWithError(NotReadyError);
        expect(Date.now() - begin).toBeLessThan(1000);
        expect(host.followers.size).toBe(before);
        // Even when libvirt itself does not answer.
        host.agent = () => new Promise(() => undefined);
        await expectAsync(waitUntilReady(host.machine, control(), 200)).toBeRejectedWithError(NotReadyError);
    });

    it('or ends before', async () => {
        const {machine} = new DescribedHost(ready("kind='tcp' host='127.0.0.1' port='1'"));
        const waiting = waitUntilReady(machine, control(), 10_000);
        await pause(100);
        machine.applyState({state: 'shutoff', reason: 'crashed'}, 9);
        await expectAsync(waiting).toBeRejectedWithError(EndedBeforeReadyError);
    });

    it('or is no longer waited for', async () => {
        const one = control();
        const {machine} = new DescribedHost(ready("kind='sunshine' host='127.0.0.1' port='1'"));
        const waiting = waitUntilReady(machine, one, 10_000);
        await pause(50);
        one.cancellable.cancel();
        await expectAsync(waiting).toBeRejectedWithError(CancelledError);
        await expectAsync(waitUntilReady(machine, one, 10_000)).toBeRejectedWithError(CancelledError);
    });

    it('or cannot be asked, because libvirt is gone', async () => {
        const host = new DescribedHost(ready("kind='agent'"));
        const gone = new LibvirtUnreachableError('gone', false);
        host.verdict = () => Promise.resolve(gone);
        await expectAsync(waitUntilReady(host.machine, control(), 5000)).toBeRejectedWith(gone);
    });
});
